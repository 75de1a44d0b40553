import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGone } from './error-code';
import { parseStateEntry, SourceState, type StateEntry } from './source-state';

/** Where what must outlive the process is written down. */
export interface Journal {
  readonly state: SourceState;
  /**
   * Resolves once the entry is in the file and, where `isDurable`, on the disk: a crash of the machine keeps it. Entries
   * keep their order. Never rejects: what cannot be written is tried again until it can. What comes after the end of the
   * journal is never written, and never resolves.
   */
  append(entry: StateEntry, isDurable: boolean): Promise<void>;
}

/** The file grows to this, and to twice what is of use, before what is no longer of use is left out. */
const COMPACT_AT_BYTES = 4 * 1024 * 1024;
const RETRY_MS = 1_000;

interface Waiting {
  readonly entry: StateEntry;
  readonly isDurable: boolean;
  readonly resolve: () => void;
}

/** The state of a file source as a file of JSON lines that is appended to, and written anew now and then. */
export class StateJournal implements Journal {
  private waiting: Waiting[] = [];
  private isWriting = false;
  private written: Promise<void> = Promise.resolve();
  private isTorn = false;
  private isClosed = false;
  private isFolderSynced = true;
  private compactAt: number;

  private constructor(
    private readonly path: string,
    readonly state: SourceState,
    private handle: FileHandle,
    private bytes: number,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.compactAt = compactAt(bytes);
  }

  /**
   * Reads the file, or begins one. Rejects where that cannot be done.
   *
   * @param onDamage told how many lines were no entries; a crash in the middle of a write leaves one.
   */
  static async open(
    path: string,
    onDamage: (lines: number) => void,
    onFailure: (error: unknown) => void,
  ): Promise<StateJournal> {
    await mkdir(dirname(path), { recursive: true });
    const state = new SourceState();
    let damaged = 0;
    for (const line of (await contentOf(path)).split('\n')) {
      const entry = parseStateEntry(line);
      if (entry !== null) state.apply(entry);
      else if (line !== '') damaged++;
    }
    if (damaged > 0) onDamage(damaged);
    const { handle, bytes } = await writeAnew(path, state);
    await syncFolderOf(path).catch(async (error: unknown) => {
      await handle.close();
      throw error;
    });
    return new StateJournal(path, state, handle, bytes, onFailure);
  }

  append(entry: StateEntry, isDurable: boolean): Promise<void> {
    if (this.isClosed) return new Promise(() => undefined);
    return new Promise((resolve) => {
      this.waiting.push({ entry, isDurable, resolve });
      if (!this.isWriting) this.written = this.writeAll();
    });
  }

  /** Resolves once everything is written that can be. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.isWriting) await this.written;
    await this.handle.close();
  }

  /** What has come while the last was written goes in one write. */
  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0);
      const lines = batch.map(({ entry }) => `${JSON.stringify(entry)}\n`).join('');
      const isDurable = batch.some((one) => one.isDurable);
      while (!(await this.tryWrite(lines, isDurable))) {
        if (this.isClosed) break; // as a crash would end it
        await sleep(RETRY_MS);
      }
      if (this.isTorn) break;
      for (const { entry, resolve } of batch) {
        this.state.apply(entry);
        resolve();
      }
      if (this.bytes > this.compactAt) await this.compact();
    }
    this.isWriting = false; // with nothing awaited since the last look at what waits
  }

  private async tryWrite(lines: string, isDurable: boolean): Promise<boolean> {
    const text = this.isTorn ? `\n${lines}` : lines; // a line that was cut off is one of its own, and read as none
    try {
      this.isTorn = true;
      await this.handle.appendFile(text);
      if (isDurable) await this.sync();
      this.isTorn = false;
      this.bytes += Buffer.byteLength(text);
      return true;
    } catch (error) {
      this.onFailure(error);
      return false;
    }
  }

  private async sync(): Promise<void> {
    await this.handle.datasync();
    if (!this.isFolderSynced) await syncFolderOf(this.path);
    this.isFolderSynced = true;
  }

  private async compact(): Promise<void> {
    try {
      const { handle, bytes } = await writeAnew(this.path, this.state);
      const old = this.handle; // no longer at the path, so that nothing more may be written to it
      this.handle = handle;
      this.bytes = bytes;
      this.compactAt = compactAt(bytes);
      this.isFolderSynced = false;
      await old.close();
    } catch (error) {
      this.onFailure(error); // the old file goes on, and is tried again after the next write
    }
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return '';
    throw error;
  }
}

/** @param bytes of a file in which all is of use. */
function compactAt(bytes: number): number {
  return Math.max(COMPACT_AT_BYTES, 2 * bytes);
}

/** So that a file that took the place of another does so after a crash of the machine as well. */
async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path));
  await folder.sync().finally(() => folder.close());
}

/** Puts a new file in place of the old one, whole or not at all; the handle appends to it. */
async function writeAnew(path: string, state: SourceState): Promise<{ handle: FileHandle; bytes: number }> {
  const text = [...state.entries()].map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const handle = await open(`${path}.new`, 'w');
  try {
    await handle.appendFile(text);
    await handle.sync();
    await rename(`${path}.new`, path);
    return { handle, bytes: Buffer.byteLength(text) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
