import { ReadingBudget } from './reading-budget';

const busy = expect.objectContaining({ code: 'too_busy' });

describe('ReadingBudget', () => {
  it('lets a request that is alone be larger than the limit', () => {
    const share = new ReadingBudget(100).open();
    expect(() => {
      for (let i = 0; i < 5; i++) share.take(60);
    }).not.toThrow();
  });

  it('refuses the request that goes beyond what several may hold together', () => {
    const budget = new ReadingBudget(100);
    const [first, second] = [budget.open(), budget.open()];
    first.take(60);
    second.take(40);
    expect(() => second.take(1)).toThrow(busy);
    expect(() => first.take(1)).toThrow(busy);
  });

  it('has room again once a share is released, and counts no share twice', () => {
    const budget = new ReadingBudget(100);
    const [first, second] = [budget.open(), budget.open()];
    first.take(60);
    first.release();
    first.release();
    second.take(90);
    const third = budget.open();
    expect(() => third.take(11)).toThrow(busy);
    third.take(10);
  });
});
