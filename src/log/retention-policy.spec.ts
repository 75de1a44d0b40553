import { retentionCutoff } from './retention-policy';
import { DAY_US, HOUR_US } from './timestamp';

describe('retentionCutoff', () => {
  it('is as many days ago as the policy says', () => {
    const now = 30_000 * DAY_US + 1;
    expect(retentionCutoff({ days: 10 }, 'shop', 'info', now)).toBe(now - 10 * DAY_US);
  });

  it('never reaches the first hour of 1970', () => {
    expect(retentionCutoff({ days: 36_500 }, 'shop', 'info', 20_000 * DAY_US)).toBe(HOUR_US);
  });
});
