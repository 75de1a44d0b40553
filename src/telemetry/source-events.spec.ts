import { memoryTelemetry } from '../../test/support/http-app';
import { metricProblems } from './metrics';
import { SourceEvents } from './source-events';

describe('SourceEvents', () => {
  it('has metrics that keep to our rules', () => {
    const telemetry = memoryTelemetry();
    new SourceEvents(telemetry);
    expect(metricProblems(telemetry.registry)).toEqual([]);
    expect(telemetry.registry.getSingleMetric('logwarren_source_records_accepted_total')).toBeDefined();
  });
});
