import { pino } from 'pino';
import { BrokerEvents } from './broker-events';
import { createRegistry, metricProblems } from './metrics';
import { Telemetry } from './telemetry';

function brokerEvents() {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const telemetry = new Telemetry(pino({ level: 'info' }, { write }), createRegistry());
  return { events: new BrokerEvents(telemetry), registry: telemetry.registry, lines };
}

describe('BrokerEvents', () => {
  it('has metrics that keep to our rules', () => {
    expect(metricProblems(brokerEvents().registry)).toEqual([]);
  });

  it('warns once of the packs that one lost connection fails, and counts them all', async () => {
    const { events, registry, lines } = brokerEvents();
    for (const id of ['a', 'b', 'c']) events.packRetried('refused', id, new Error('channel closed'));
    expect(lines).toEqual([expect.stringContaining('"packId":"a"')]);
    expect(await registry.getSingleMetricAsString('logwarren_packs_retried_total')).toContain('{reason="refused"} 3');
  });

  it('warns again once a pack was confirmed in between', () => {
    const { events, lines } = brokerEvents();
    events.packRetried('refused', 'a', new Error('channel closed'));
    events.packConfirmed(1);
    events.packRetried('returned', 'b', new Error('no queue'));
    expect(lines).toEqual([expect.stringContaining('"packId":"a"'), expect.stringContaining('"packId":"b"')]);
  });
});
