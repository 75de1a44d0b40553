import { cronExpression } from './cron-expression';

describe('cronExpression', () => {
  it.each([
    '0 0 * * *',
    '*/5 * * * *',
    '0 0 1,15 * mon-fri',
    '59 23 31 12 7',
    '0-30/10 8-18 * jan-JUN Sun',
    '30 0 0 * * *',
    '0  0 *\t* *',
  ])('takes %j as it is', (text) => expect(cronExpression(text)).toBe(text));

  it.each([
    '',
    'daily',
    '* * * *',
    '* * * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    '1,,2 * * * *',
    '*-5 * * * *',
    '1/2/3 * * * *',
    '-1 * * * *',
    '1.5 * * * *',
    'mon * * * *',
    '* * * mon *',
  ])('refuses %j', (text) => expect(() => cronExpression(text)).toThrow(/^must be a cron expression of five fields/));
});
