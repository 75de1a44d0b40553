export function ascending(values: readonly number[]): number[] {
  return values.slice().sort((a, b) => a - b);
}

/** The value that a share of all values does not exceed. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
