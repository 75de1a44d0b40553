import { pino } from 'pino';
import { SEVERITIES } from '../log/severity';
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

  it('counts warnings and worse apart from the rest, by severity', async () => {
    const { events, registry } = collectorEvents();
    for (const severity of SEVERITIES) events.stored(severity, 2);
    events.stored('error', 3);
    const counted = await registry.getSingleMetricAsString('logwarren_alarming_records_stored_total');
    expect(counted.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'logwarren_alarming_records_stored_total{severity="warn"} 2',
      'logwarren_alarming_records_stored_total{severity="error"} 5',
      'logwarren_alarming_records_stored_total{severity="fatal"} 2',
    ]);
  });

  it('writes nothing where nothing was kept', () => {
    const { events, lines } = collectorEvents();
    events.deadLettersKept([]);
    expect(lines).toEqual([]);
  });
});
