import type { Socket } from 'node:net';

/** Buffers smaller than this are joined before they go to the socket. */
const JOIN_BELOW = 16_384;
/** Unsent bytes at which a connection takes no more deliveries: its client is slower than the queue. */
const CONGESTED_BYTES = 1_048_576;
/** Unsent bytes at which nothing more is read from it: it asks and does not read the answers. */
const CLOGGED_BYTES = 33_554_432;

/**
 * What goes out to one client: collected until the current turn of the event loop has done its work, then written at
 * once, so that a thousand small frames are one system call.
 */
export class Outbox {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private scheduled = false;

  /** Whether anything was written since this was last set to false; heartbeats go out only in silence. */
  wroteSomething = false;

  /** @param onDrain called when everything is sent after the socket had been slow. */
  constructor(
    private readonly socket: Socket,
    onDrain: () => void,
  ) {
    socket.on('drain', () => {
      if (socket.isPaused()) socket.resume();
      onDrain();
    });
  }

  get isCongested(): boolean {
    return this.waitingBytes + this.socket.writableLength > CONGESTED_BYTES;
  }

  write(bytes: Buffer): void {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Ends the connection after what is waiting. */
  end(): void {
    this.flush();
    this.socket.end();
  }

  private flush(): void {
    this.scheduled = false;
    const buffers = joined(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    if (this.socket.destroyed || this.socket.writableEnded || buffers.length === 0) return;
    this.wroteSomething = true;
    this.socket.cork();
    for (const buffer of buffers) this.socket.write(buffer);
    this.socket.uncork();
    if (this.socket.writableLength > CLOGGED_BYTES) this.socket.pause();
  }
}

/** The same bytes in fewer buffers: runs of small ones become one. */
function joined(buffers: readonly Buffer[]): Buffer[] {
  const result: Buffer[] = [];
  let run: Buffer[] = [];
  const endRun = () => {
    if (run.length > 0) result.push(run.length === 1 && run[0] ? run[0] : Buffer.concat(run));
    run = [];
  };
  for (const buffer of buffers) {
    if (buffer.length < JOIN_BELOW) {
      run.push(buffer);
    } else {
      endRun();
      result.push(buffer);
    }
  }
  endRun();
  return result;
}
