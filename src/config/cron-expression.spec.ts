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
    '0 0 29 2 *',
    '0 0 31 2 mon',
    '0 0 31 2/3 *',
    '0 0 31,1 feb *',
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

  it.each(['0 0 31 2 *', '0 0 0 30 feb 0-6', '0 0 31 4,6,9-9,11 */1', '0 0 30/1 2 *'])(
    'refuses %j, which never comes',
    (text) => expect(() => cronExpression(text)).toThrow(/^must be a cron expression of a day that comes/),
  );
});
