/** A text for hash indexes: the same for two values exactly where `equalValues` says that they are equal. */
export function valueKey(value: unknown): string {
  throw new Error(`not yet: ${String(value)}`);
}
