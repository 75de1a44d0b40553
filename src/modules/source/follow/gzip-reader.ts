import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, type Gunzip } from 'node:zlib';
import { errorCode } from './error-code';

const INFLATE_CHUNK_BYTES = 64 * 1024;
const READ_BYTES = 64 * 1024;
/** So much is kept of the end of what was read: the next read begins with the line, or record, that was cut off there. */
const KEPT_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Reads an archive by offsets into what it holds. Going on from where the last read ended, or a little before, costs
 * nothing; going further back, or on after its end was met, inflates it from the beginning. An archive that is cut off,
 * because it is still being written, ends where it ends; one that is damaged, before the damage.
 */
export class GzipReader {
  private gunzip: Gunzip | null = null;
  private chunks: AsyncIterator<Buffer> | null = null;
  private rest: Buffer = NOTHING;
  private at = 0;
  /** What was read right before `at`. */
  private kept: Buffer = NOTHING;
  private endedBy: { readonly error: unknown } | null = null;

  constructor(private readonly handle: FileHandle) {}

  /** Set where what was last met is not the end of the archive, but damage. */
  get damage(): { readonly error: unknown } | null {
    return this.endedBy;
  }

  async read(from: number, count: number): Promise<Buffer> {
    if (this.chunks === null || from < this.at - this.kept.length) this.start();
    if (from < this.at) this.goBack(this.at - from);
    await this.skipTo(from);
    const taken: Buffer[] = [];
    for (let missing = count; missing > 0 && (await this.fill());) {
      const bytes = this.take(missing);
      taken.push(bytes);
      missing -= bytes.length;
    }
    const bytes = Buffer.concat(taken);
    // a copy: what was read is much larger
    this.kept = this.chunks === null ? NOTHING : Buffer.from(bytes.subarray(-KEPT_BYTES));
    return bytes;
  }

  stop(): void {
    this.gunzip?.destroy();
    this.gunzip = null;
    this.chunks = null;
    this.rest = NOTHING;
    this.kept = NOTHING;
  }

  private start(): void {
    this.stop();
    const gunzip = createGunzip({ chunkSize: INFLATE_CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    pipeline(Readable.from(this.packed()), gunzip, () => undefined); // whoever reads the chunks gets the error
    this.gunzip = gunzip;
    this.chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.endedBy = null;
    this.at = 0;
  }

  private goBack(bytes: number): void {
    this.rest = Buffer.concat([this.kept.subarray(this.kept.length - bytes), this.rest]);
    this.at -= bytes;
  }

  /** What is on disk. */
  private async *packed(): AsyncGenerator<Buffer> {
    for (let at = 0; ;) {
      const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  private async skipTo(from: number): Promise<void> {
    while (this.at < from && (await this.fill())) this.take(from - this.at);
  }

  /** Whether there is something to take. */
  private async fill(): Promise<boolean> {
    while (this.rest.length === 0) {
      const next = await this.next();
      if (next === null) {
        this.stop(); // there may be more the next time
        return false;
      }
      this.rest = next;
    }
    return true;
  }

  /** Null at the end. */
  private async next(): Promise<Buffer | null> {
    try {
      const next = await this.chunks?.next();
      return next === undefined || next.done === true ? null : next.value;
    } catch (error) {
      if (errorCode(error)?.startsWith('Z_') === true) {
        this.endedBy = { error };
        return null;
      }
      this.stop(); // the disk's, not zlib's: the next read begins anew, or would take this for the end
      throw error;
    }
  }

  private take(most: number): Buffer {
    const bytes = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(bytes.length);
    this.at += bytes.length;
    return bytes;
  }
}
