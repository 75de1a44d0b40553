import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode, isGone } from './error-code';

/** A state file that this process alone uses, until `release` or the end of the process, however it ends. */
export interface StateLock {
  release(): Promise<void>;
}

/** Who is told of what is not usual. */
export interface LockListener {
  /** Another process holds the file; told once. */
  waiting(): void;
  /** The folder takes no sockets, so that others cannot be kept away. */
  unlocked(error: unknown): void;
}

const UNLOCKED: StateLock = { release: () => Promise.resolve() };

/**
 * Waits until no other process uses the state file, then holds it. Null when `stopping` is aborted before. Rejects where
 * its folder cannot be used.
 *
 * Who holds it listens on a socket in the folder of the file, so processes in different containers that share a volume
 * see each other, and the end of a process frees what it held. (Not between machines: a socket is known to one kernel.)
 * The sockets are numbered, `<state file>.lock-<turn>`:
 *
 *     the latest turn answers   -> another process holds the file: stay connected, and look again once that ends
 *     it is dead, or there is none -> take the next turn: listen under a name of our own, link it to the turn's name
 *       the link is refused     -> somebody was quicker: look again
 *       a later turn is there   -> what we saw was long past: look again
 *       otherwise               -> we hold it, and remove the turns before ours
 *
 * The file of the latest turn is never removed, so turns only rise and none is taken twice. That is why a dead socket can
 * be passed over without two processes doing so at once.
 */
export async function holdStateFile(
  path: string,
  stopping: AbortSignal,
  listener: LockListener,
): Promise<StateLock | null> {
  await mkdir(dirname(path), { recursive: true });
  const turns = await LockTurns.of(path);
  let hasWaited = false;
  try {
    while (!stopping.aborted) {
      const latest = await turns.latest();
      const holder = await turns.holderOf(latest);
      if (holder === null) {
        const lock = await turns.take(latest + 1);
        if (lock !== null) return lock;
        continue;
      }
      if (!hasWaited) listener.waiting();
      hasWaited = true;
      await endOf(holder, stopping);
    }
    return null;
  } catch (error) {
    if (!(error instanceof NoSocket)) throw error;
    listener.unlocked(error.cause);
    return UNLOCKED;
  } finally {
    await turns.close();
  }
}

/** A folder in which nothing can listen, as of some network file systems. */
class NoSocket extends Error {}

/** The limit of a socket's address, less than any system's. */
const MAX_ADDRESS_BYTES = 100;

/** The numbered sockets beside a state file. */
class LockTurns {
  private constructor(
    private readonly folder: string,
    private readonly prefix: string,
    private readonly handle: FileHandle,
  ) {}

  static async of(path: string): Promise<LockTurns> {
    const folder = resolve(dirname(path));
    return new LockTurns(folder, `${basename(path)}.lock-`, await open(folder));
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  /** 0: none was ever taken. */
  async latest(): Promise<number> {
    return Math.max(0, ...(await this.all()));
  }

  /** A connection to who holds this turn; null where nobody does. */
  async holderOf(turn: number): Promise<Socket | null> {
    const socket = connect(this.address(turn));
    try {
      await new Promise<void>((done, fail) => socket.once('error', fail).once('connect', done));
    } catch (error) {
      if (errorCode(error) === 'ECONNREFUSED' || isGone(error)) return null;
      throw error;
    }
    socket.on('error', () => undefined); // its end is all that matters, whichever
    return socket;
  }

  /** Null where somebody else was quicker. */
  async take(turn: number): Promise<StateLock | null> {
    const own = `new-${randomBytes(4).toString('hex')}`;
    const waiting = new Set<Socket>();
    const server = createServer((socket) => {
      waiting.add(socket.unref());
      socket.on('error', () => undefined).once('close', () => waiting.delete(socket));
    });
    const release = (): Promise<void> => {
      for (const socket of waiting) socket.destroy();
      return new Promise((done) => server.close(() => done()));
    };
    await listen(server, this.address(own));
    server.unref();
    if ((await this.linkTo(turn, own)) && (await this.latest()) === turn) {
      await this.removeBefore(turn);
      return { release };
    }
    await release();
    return null;
  }

  /** Whether the name of the turn was free. The name of our own is gone afterwards. */
  private async linkTo(turn: number, own: string): Promise<boolean> {
    try {
      await link(this.path(own), this.path(turn));
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await unlink(this.path(own));
    }
  }

  private async removeBefore(turn: number): Promise<void> {
    for (const earlier of await this.all()) {
      if (earlier >= turn) continue;
      await unlink(this.path(earlier)).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
    }
  }

  private async all(): Promise<number[]> {
    const names = (await readdir(this.folder)).filter((name) => name.startsWith(this.prefix));
    return names
      .map((name) => name.slice(this.prefix.length))
      .flatMap((turn) => (/^\d+$/.test(turn) ? Number(turn) : []));
  }

  private path(name: number | string): string {
    return join(this.folder, `${this.prefix}${name}`);
  }

  /** Short, however deep the folder is, where the system can name it by its handle. */
  private address(name: number | string): string {
    const folder = process.platform === 'linux' ? `/proc/self/fd/${this.handle.fd}` : this.folder;
    const address = join(folder, `${this.prefix}${name}`);
    if (Buffer.byteLength(address) <= MAX_ADDRESS_BYTES) return address;
    throw new Error(`SOURCE_STATE_FILE: ${address} is too long a name for a lock; use a shorter one`);
  }
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error) => fail(new NoSocket('nothing can listen here', { cause: error })));
    server.listen(address, () => done());
  });
}

/** Resolves when the other side ends, or when `stopping` is aborted. */
async function endOf(socket: Socket, stopping: AbortSignal): Promise<void> {
  const hangUp = (): void => void socket.destroy();
  stopping.addEventListener('abort', hangUp);
  if (stopping.aborted) hangUp();
  await new Promise<void>((done) => (socket.closed ? done() : socket.resume().once('close', () => done())));
  stopping.removeEventListener('abort', hangUp);
}
