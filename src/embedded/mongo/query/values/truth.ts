import { worthOf } from './numbers';

/** Whether a value counts as true, in expressions and for flags: all but false, zero, null and what is not there. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || value === undefined) return false;
  const worth = worthOf(value);
  return worth === null || (worth !== 0 && worth !== 0n);
}
