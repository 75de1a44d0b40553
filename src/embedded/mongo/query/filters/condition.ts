export type ValueTest = (value: unknown) => boolean;

/**
 * What a filter asks of the values at one path: that one of them passes the test (with `entersArrays` the elements of an
 * array are values too), or that not all of some conditions hold.
 */
export type Condition =
  { readonly test: ValueTest; readonly entersArrays: boolean } | { readonly not: readonly Condition[] };

/** Whether one value, taken for itself, meets a condition. */
export function holdsFor(value: unknown, condition: Condition): boolean {
  if ('test' in condition) return condition.test(value);
  return !condition.not.every((inner) => holdsFor(value, inner));
}
