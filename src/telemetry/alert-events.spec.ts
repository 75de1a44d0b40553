import { memoryTelemetry } from '../../test/support/http-app';
import { AlertEvents } from './alert-events';
import { metricProblems } from './metrics';
import { MonitoringEvents } from './monitoring-events';

describe('AlertEvents and MonitoringEvents', () => {
  it('have metrics that keep to our rules', () => {
    const telemetry = memoryTelemetry();
    new AlertEvents(telemetry);
    new MonitoringEvents(telemetry);
    expect(metricProblems(telemetry.registry)).toEqual([]);
    expect(telemetry.registry.getSingleMetric('logwarren_alert_notices_total')).toBeDefined();
    expect(telemetry.registry.getSingleMetric('logwarren_monitored_records_uncounted_total')).toBeDefined();
  });
});
