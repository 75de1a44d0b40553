import type { Socket } from 'node:net';
import type { Client, ServerState } from './commands/call';
import { runCommand } from './commands/run-command';
import { encodeAnswer } from './wire/answer';
import { MalformedMessage, MessageReader } from './wire/message-reader';
import { readRequest } from './wire/request';
import type { MongoNotice } from './notice';

/**
 * One client. Its commands are carried out one after the other, in their order; while one waits, nothing more is read of
 * it. What is no message of the protocol ends the connection, and that alone.
 */
export class MongoConnection {
  readonly client: Client;
  private readonly reader = new MessageReader();
  private answers = 0;

  constructor(
    private readonly socket: Socket,
    private readonly server: ServerState,
    id: number,
    private readonly notify: (notice: MongoNotice) => void,
  ) {
    const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket;
    this.client = {
      id,
      dialled: `${localAddress}:${localPort}`,
      remote: `${remoteAddress}:${remotePort}`,
      metadata: null,
    };
  }

  /** Resolves when the connection has ended; never rejects. */
  async serve(): Promise<void> {
    try {
      const chunks: AsyncIterable<Buffer> = this.socket;
      for await (const chunk of chunks) await this.take(chunk);
    } catch {
      // The socket's own error: the client is gone, and whoever waits for an answer with it.
    } finally {
      this.socket.destroy();
    }
  }

  end(): void {
    this.socket.destroy();
  }

  /** Answers the messages that are complete with these bytes. */
  private async take(chunk: Buffer): Promise<void> {
    try {
      for (const message of this.reader.read(chunk)) {
        if (this.socket.destroyed) return;
        await this.answer(message);
      }
    } catch (error) {
      if (error instanceof MalformedMessage) {
        this.notify({ type: 'connection refused', remote: this.client.remote, reason: error.message });
      } else this.notify({ type: 'fault', error });
      this.socket.destroy();
    }
  }

  private async answer(message: Buffer): Promise<void> {
    const request = readRequest(message);
    const answer = await runCommand(this.server, this.client, request, (error) =>
      this.notify({ type: 'fault', error }),
    );
    if (!request.wantsAnswer || this.socket.destroyed) return;
    const hasRoom = this.socket.write(encodeAnswer(request, ++this.answers, answer));
    if (!hasRoom) await this.drained();
  }

  /** A client that does not read its answers is not read from either. */
  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done).off('close', done);
        resolve();
      };
      this.socket.on('drain', done).on('close', done);
      if (this.socket.destroyed) done();
    });
  }
}
