import fc from 'fast-check';
import { StreamClock } from './stream-clock';

const SECONDS = 1_000_000;
const second = (n: number) => ({ timestamp: n * SECONDS, precision: SECONDS });

describe('StreamClock', () => {
  it('lets records of one time rise by a microsecond each', () => {
    const clock = new StreamClock();
    expect([5, 5, 5, 6, 6].map((n) => clock.given(second(n)))).toEqual([5e6, 5e6 + 1, 5e6 + 2, 6e6, 6e6 + 1]);
  });

  it('leaves an earlier time as it is', () => {
    const clock = new StreamClock();
    expect([6, 6, 5, 6].map((n) => clock.given(second(n)))).toEqual([6e6, 6e6 + 1, 5e6, 6e6]);
  });

  it('never rises into the next step of what was given', () => {
    const clock = new StreamClock();
    const times = Array.from({ length: 5 }, () => clock.given({ timestamp: 1_000, precision: 3 }));
    expect(times).toEqual([1_000, 1_001, 1_002, 1_002, 1_002]);
  });

  it('leaves times that are given to the microsecond', () => {
    const clock = new StreamClock();
    expect([7, 7].map((timestamp) => clock.given({ timestamp, precision: 1 }))).toEqual([7, 7]);
  });

  it('keeps the order of any stream whose own times do not go back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 200 }), (steps) => {
        const clock = new StreamClock();
        let at = 1_000;
        const times = steps.map((step) => clock.given(second((at += step))));
        times.forEach((time, i) => i === 0 || expect(time).toBeGreaterThan(times[i - 1] ?? NaN));
      }),
    );
  });

  it('reads each later than the one before, and never before now', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 }), (nows) => {
        const clock = new StreamClock();
        let last = -1;
        for (const now of nows) {
          const time = clock.reading(now);
          expect(time).toBe(Math.max(now, last + 1));
          last = time;
        }
      }),
    );
  });

  it('does not mix given times with times of reading', () => {
    const clock = new StreamClock();
    expect([clock.given(second(5)), clock.reading(9e6), clock.given(second(5)), clock.reading(9e6)]).toEqual([
      5e6,
      9e6,
      5e6 + 1,
      9e6 + 1,
    ]);
  });
});
