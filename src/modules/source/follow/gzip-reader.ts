import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, type Gunzip } from 'node:zlib';

const INFLATE_CHUNK_BYTES = 64 * 1024;
const READ_BYTES = 64 * 1024;

/**
 * Reads an archive by offsets into what it holds. Going on from where the last read ended costs nothing; going back, or
 * on after its end was met, inflates it from the beginning. An archive that is cut off, because it is still being
 * written, ends where it ends.
 */
export class GzipReader {
  private gunzip: Gunzip | null = null;
  private chunks: AsyncIterator<Buffer> | null = null;
  private rest: Buffer = Buffer.alloc(0);
  private at = 0;

  constructor(private readonly handle: FileHandle) {}

  async read(from: number, count: number): Promise<Buffer> {
    if (this.chunks === null || from < this.at) this.start();
    await this.skipTo(from);
    const taken: Buffer[] = [];
    for (let missing = count; missing > 0 && (await this.fill());) {
      const bytes = this.take(missing);
      taken.push(bytes);
      missing -= bytes.length;
    }
    return Buffer.concat(taken);
  }

  stop(): void {
    this.gunzip?.destroy();
    this.gunzip = null;
    this.chunks = null;
  }

  private start(): void {
    this.stop();
    const gunzip = createGunzip({ chunkSize: INFLATE_CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    pipeline(Readable.from(this.packed()), gunzip, () => undefined); // whoever reads the chunks gets the error
    this.gunzip = gunzip;
    this.chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.rest = Buffer.alloc(0);
    this.at = 0;
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
      const next = await this.chunks?.next();
      if (next === undefined || next.done === true) {
        this.stop(); // there may be more the next time
        return false;
      }
      this.rest = next.value;
    }
    return true;
  }

  private take(most: number): Buffer {
    const bytes = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(bytes.length);
    this.at += bytes.length;
    return bytes;
  }
}
