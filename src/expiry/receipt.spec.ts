import { parseRetentionRules } from '../log/retention-rules';
import { isSamePolicy, policyOnReceipt } from './receipt';

const policy = (days: number, rules: string) => policyOnReceipt({ days, rules: parseRetentionRules(rules) });

it('policyOnReceipt says everything, without rules too', () => {
  expect(policyOnReceipt({ days: 3 })).toEqual({ days: 3, rules: [] });
  expect(policy(3, 'service=a&severity=warning:4')).toEqual({
    days: 3,
    rules: [{ service: 'a', severity: 'warn', days: 4 }],
  });
});

it.each([
  [policy(10, ''), policy(10, ''), true],
  [policy(10, 'service=a:1,severity=info:2'), policy(10, 'severity=info:2,service=a:1'), true],
  [policy(10, ''), policy(11, ''), false],
  [policy(10, 'service=a:1'), policy(10, ''), false],
  [policy(10, 'service=a:1'), policy(10, 'service=a:2'), false],
  [policy(10, 'service=info:1'), policy(10, 'severity=info:1'), false],
])('isSamePolicy: %j and %j: %p', (a, b, same) => {
  expect(isSamePolicy(a, b)).toBe(same);
  expect(isSamePolicy(JSON.parse(JSON.stringify(b)), a)).toBe(same);
});
