import type { Binary } from 'mongodb';

/** A chunk whose bytes are not what its version promises: damaged, or written by something this process cannot read. */
export class ChunkUnreadable extends Error {
  override readonly name = 'ChunkUnreadable';

  constructor(
    /** The chunk's `_id` as UUID text. */
    readonly chunkId: string,
    /** The field that cannot be read: `times`, `bodies`, `attributes`, `minutes`. */
    readonly field: string,
    override readonly cause: unknown,
  ) {
    super(`chunk ${chunkId}: ${field}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** What `read` returns; whatever it throws becomes a {@link ChunkUnreadable} that names chunk and field. */
export function readField<T>(chunkId: Binary, field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ChunkUnreadable(uuidText(chunkId), field, error);
  }
}

/** The 16 bytes of an `_id` as `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`. */
export function uuidText(id: Binary): string {
  const hex = Buffer.from(id.value()).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
