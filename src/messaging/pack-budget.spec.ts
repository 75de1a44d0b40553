import { PackBudget } from './pack-budget';

const START = 1_700_000_000_000;

/** How many packs leave in the given time, each as soon as it may. */
function leaving(budget: PackBudget, fromMs: number, toMs: number): number {
  let count = 0;
  for (let now = fromMs; now < toMs;) {
    const wait = budget.waitMs(now);
    if (wait === 0) {
      budget.take();
      count++;
    }
    now += wait;
  }
  return count;
}

describe('PackBudget', () => {
  it('lets a burst leave at once, and then 500 a second', () => {
    const budget = new PackBudget(START);
    expect(leaving(budget, START, START + 1)).toBe(20);
    expect(leaving(budget, START + 1, START + 1_001)).toBe(500);
  });

  it('saves up no more than a burst', () => {
    const budget = new PackBudget(START);
    expect(leaving(budget, START + 60_000, START + 60_001)).toBe(20);
  });

  it('counts full packs, which do not ask', () => {
    const budget = new PackBudget(START);
    for (let full = 0; full < 1_000; full++) budget.take();
    expect(budget.waitMs(START)).toBe(10);
    expect(budget.waitMs(START + 10)).toBe(0);
  });

  it('is not confused by a clock that is set back', () => {
    const budget = new PackBudget(START);
    leaving(budget, START, START + 1);
    expect(budget.waitMs(START - 60_000)).toBe(10);
    expect(budget.waitMs(START - 60_000 + 10)).toBe(0);
  });
});
