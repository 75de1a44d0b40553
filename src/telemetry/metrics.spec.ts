import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { createRegistry, metricProblems } from './metrics';
import { Telemetry } from './telemetry';

type Events = new (telemetry: Telemetry) => unknown;

/** Every class of a `*-events.ts` in this folder, as a new folder of events is not to be forgotten here. */
function eventClasses(): [string, Events][] {
  return readdirSync(__dirname)
    .filter((file) => /-events\.ts$/.test(file))
    .flatMap((file) => {
      const exported = jest.requireActual<Record<string, unknown>>(join(__dirname, file));
      return Object.entries(exported).filter((entry): entry is [string, Events] => isEvents(entry));
    });
}

const isEvents = ([name, value]: [string, unknown]) => name.endsWith('Events') && typeof value === 'function';

describe('our metrics', () => {
  it('exist', () => {
    expect(eventClasses().map(([name]) => name)).toContain('HttpEvents');
  });

  it('obey the rule of names, together in one process', () => {
    const registry = createRegistry();
    const telemetry = new Telemetry(pino({ level: 'silent' }), registry);
    for (const [, EventsOfArea] of eventClasses()) new EventsOfArea(telemetry);
    expect(metricProblems(registry)).toEqual([]);
  });

  it('are registered nowhere but in the files of events', () => {
    const others = readdirSync(join(__dirname, '..'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !/-events\.ts$|\.spec\.ts$|telemetry\/(metrics|telemetry)\.ts$/.test(file),
    );
    const offenders = others.filter((file) =>
      /from 'prom-client'/.test(readFileSync(join(__dirname, '..', file), 'utf8')),
    );
    expect(offenders).toEqual([]);
  });
});

describe('metricProblems', () => {
  const help = 'Something.';
  const cases: [string, (registers: Registry[]) => unknown, string | undefined][] = [
    [
      'a good counter',
      (registers) => new Counter({ name: 'logwarren_records_stored_total', help, registers }),
      undefined,
    ],
    ['a good gauge', (registers) => new Gauge({ name: 'logwarren_in_hand_messages', help, registers }), undefined],
    ['a good histogram', (registers) => new Histogram({ name: 'logwarren_store_seconds', help, registers }), undefined],
    ['no prefix', (registers) => new Counter({ name: 'records_total', help, registers }), 'not logwarren_'],
    ['capitals', (registers) => new Gauge({ name: 'logwarren_inHand', help, registers }), 'not logwarren_'],
    ['a counter without _total', (registers) => new Counter({ name: 'logwarren_records', help, registers }), '_total'],
    ['a gauge with _total', (registers) => new Gauge({ name: 'logwarren_records_total', help, registers }), '_total'],
    ['milliseconds', (registers) => new Gauge({ name: 'logwarren_lag_ms', help, registers }), 'only units'],
    [
      'a histogram of nothing',
      (registers) => new Histogram({ name: 'logwarren_store', help, registers }),
      'does not end',
    ],
    ['no help', (registers) => new Gauge({ name: 'logwarren_lag_seconds', help: ' ', registers }), 'no help text'],
    [
      'an id as label',
      (registers) => new Counter({ name: 'logwarren_packs_total', help, labelNames: ['pack_id'], registers }),
      'is an id',
    ],
  ];

  it.each(cases)('%s', (_caption, register, problem) => {
    const registry = new Registry();
    register([registry]);
    const problems = metricProblems(registry);
    if (problem === undefined) expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
