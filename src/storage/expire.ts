import type { Collection } from 'mongodb';
import type { Chunk } from './chunk';

/**
 * Removes the chunks whose last record is older than `cutoff` (microseconds). Searches hide single expired records in the
 * meantime, so a chunk may wait until all of it has expired. Resolves to the number of chunks removed.
 */
export async function expireChunks(chunks: Collection<Chunk>, cutoff: number): Promise<number> {
  const { deletedCount } = await chunks.deleteMany({ to: { $lt: cutoff } });
  return deletedCount;
}
