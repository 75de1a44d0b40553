import { type FileHandle, open } from 'node:fs/promises';
import { GzipReader } from './gzip-reader';

/** What the system says of a file. */
export interface FileFacts {
  /** `device:inode`. */
  readonly inode: string;
  /** Bytes on disk. */
  readonly size: number;
  /** When it was last written to, microseconds. */
  readonly writtenAt: number;
  readonly isRegular: boolean;
  /** Whether it has no name any more. */
  readonly isDeleted: boolean;
}

interface BigStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly nlink: bigint;
  isFile(): boolean;
}

export function factsOf(stats: BigStats): FileFacts {
  return {
    inode: `${stats.dev}:${stats.ino}`,
    size: Number(stats.size),
    writtenAt: Number(stats.mtimeNs / 1_000n),
    isRegular: stats.isFile(),
    isDeleted: stats.nlink === 0n,
  };
}

/** A file that is open, whatever it is called by now. An archive of gzip (known by its first bytes) is read inflated. */
export class FileContent {
  private constructor(
    private readonly handle: FileHandle,
    private readonly gzip: GzipReader | null,
  ) {}

  static async open(path: string): Promise<FileContent> {
    const handle = await open(path);
    try {
      const mark = Buffer.alloc(2);
      const { bytesRead } = await handle.read(mark, 0, 2, 0);
      const isGzip = bytesRead === 2 && mark.readUInt16BE(0) === 0x1f8b;
      return new FileContent(handle, isGzip ? new GzipReader(handle) : null);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get isArchive(): boolean {
    return this.gzip !== null;
  }

  /** Set where what was last read to is not the end of an archive, but damage. */
  get damage(): { readonly error: unknown } | null {
    return this.gzip?.damage ?? null;
  }

  async facts(): Promise<FileFacts> {
    return factsOf(await this.handle.stat({ bigint: true }));
  }

  /** The bytes from an offset on: as many as were asked for, or as many as there are. */
  async read(from: number, count: number): Promise<Buffer> {
    if (this.gzip !== null) return this.gzip.read(from, count);
    const { size } = await this.handle.stat();
    const wanted = Math.min(count, Math.max(0, size - from));
    const bytes = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.handle.read(bytes, filled, wanted - filled, from + filled);
      if (bytesRead === 0) break; // it was truncated meanwhile
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async close(): Promise<void> {
    this.gzip?.stop();
    await this.handle.close();
  }
}
