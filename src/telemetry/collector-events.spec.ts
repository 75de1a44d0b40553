import { pino } from 'pino';
import { CollectorEvents } from './collector-events';
import { createRegistry, metricProblems } from './metrics';
import { Telemetry } from './telemetry';

function collectorEvents() {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const telemetry = new Telemetry(pino({ base: null }, { write }), createRegistry());
  return { events: new CollectorEvents(telemetry), registry: telemetry.registry, lines };
}

describe('CollectorEvents', () => {
  it('has metrics that keep to our rules', () => {
    expect(metricProblems(collectorEvents().registry)).toEqual([]);
  });

  it('writes one line a reason for the dead letters of a write, and counts each', async () => {
    const { events, registry, lines } = collectorEvents();
    events.deadLettersKept([
      { reason: 'too_old', routingKey: 'a.info', why: 'first' },
      { reason: 'malformed', routingKey: 'b.info', why: 'second' },
      { reason: 'too_old', routingKey: 'c.info', why: 'third' },
    ]);
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      expect.objectContaining({ count: 2, reason: 'too_old', routingKey: 'a.info', why: 'first' }),
      expect.objectContaining({ count: 1, reason: 'malformed', routingKey: 'b.info', why: 'second' }),
    ]);
    const counted = await registry.getSingleMetricAsString('logwarren_records_dead_lettered_total');
    expect(counted).toContain('{reason="too_old"} 2');
    expect(counted).toContain('{reason="malformed"} 1');
  });

  it('writes nothing where nothing was kept', () => {
    const { events, lines } = collectorEvents();
    events.deadLettersKept([]);
    expect(lines).toEqual([]);
  });
});
