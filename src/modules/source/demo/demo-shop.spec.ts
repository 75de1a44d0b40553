import fc from 'fast-check';
import { packLine } from '../../../log/pack';
import { DemoShop } from './demo-shop';
import { Pacer } from './pacer';

const T0 = 1_795_435_200_000_000;
const draw = (seed: number, count: number) => new DemoShop(seed).draw(count, T0, T0 + count);

describe('DemoShop', () => {
  it('tells the same story for the same seed, however it is drawn', () => {
    const shop = new DemoShop(7);
    const inPieces = [shop.draw(1, T0, T0 + 1), shop.draw(98, T0, T0 + 98), shop.draw(1, T0, T0 + 1)].flat();
    const bodies = (records: { body: string }[]) => records.map(({ body }) => body);
    expect(bodies(inPieces)).toEqual(bodies(draw(7, 100)));
    expect(bodies(draw(8, 100))).not.toEqual(bodies(draw(7, 100)));
  });

  it('has several services, all severities, traces across services and stack traces', () => {
    const records = draw(1, 20_000);
    const services = new Set(records.map(({ service }) => service));
    expect([...services].sort()).toEqual(
      ['auth', 'checkout', 'gateway', 'inventory', 'mailer', 'payments', 'search-api', 'warehouse'].sort(),
    );
    expect(new Set(records.map(({ severity }) => severity)).size).toBe(6);
    expect(records.some(({ body }) => /\n\s+at /.test(body))).toBe(true);
    const servicesOfTrace = new Map<unknown, Set<string>>();
    for (const { attributes, service } of records) {
      const trace = attributes['trace_id'];
      if (trace !== undefined) servicesOfTrace.set(trace, (servicesOfTrace.get(trace) ?? new Set()).add(service));
    }
    const widest = Math.max(...[...servicesOfTrace.values()].map(({ size }) => size));
    expect(widest).toBeGreaterThanOrEqual(4);
    expect(new Set(records.map(({ body }) => body)).size).toBeGreaterThan(10_000);
  });

  it('has bursts of errors between long times with few', () => {
    const records = draw(3, 20_000);
    const sharePerHundred = Array.from({ length: 200 }, (_, i) => {
      const window = records.slice(i * 100, (i + 1) * 100);
      return window.filter(({ severity, body }) => severity === 'error' || severity === 'fatal' || /failed:/.test(body))
        .length;
    });
    expect(Math.max(...sharePerHundred)).toBeGreaterThan(40);
    expect(sharePerHundred.filter((errors) => errors < 10).length).toBeGreaterThan(100);
  });

  it('spreads its times and can be packed', () => {
    const records = new DemoShop(1).draw(4, T0, T0 + 1_000_000);
    expect(records.map(({ timestamp }) => timestamp - T0)).toEqual([250_000, 500_000, 750_000, 1_000_000]);
    for (const record of draw(1, 2_000)) expect(() => JSON.parse(packLine(record)) as unknown).not.toThrow();
  });
});

describe('Pacer', () => {
  it('keeps the rate whenever it is asked', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 900_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 100_000 }), (gaps, rate) => {
        const pacer = new Pacer(rate, T0);
        let now = T0;
        let told = 0;
        let last = T0;
        for (const gap of gaps) {
          const { count, from, to } = pacer.due((now += gap));
          expect(from).toBe(last);
          expect(to).toBeLessThanOrEqual(now + 1);
          last = to;
          told += count;
        }
        const expected = ((now - T0) * rate) / 1_000_000;
        expect(Math.abs(told - expected)).toBeLessThanOrEqual(1 + gaps.length * rate * 1e-6);
      }),
    );
  });

  it('makes up for two seconds of a long pause, not for all of it', () => {
    expect(new Pacer(20, T0).due(T0 + 60_000_000).count).toBe(40);
  });
});
