import type { Socket } from 'node:net';
import type { Message } from '../broker/message';
import type { Vhost } from '../broker/vhost';
import { AmqpError } from '../reply-codes';
import { contentFrames } from '../wire/content';
import { FRAME_HEARTBEAT, FRAME_METHOD, FrameReader, HEARTBEAT, type Frame } from '../wire/frames';
import type { ClientMethod, ServerMethodName, ServerMethods } from '../wire/method-fields';
import { decodeMethod, encodeMethod, methodIdOf } from '../wire/methods';
import { Channels } from './channels';
import { FRAME_MAX, Handshake, PROTOCOL_HEADER, START, TUNE, type Agreement } from './handshake';
import type { ChannelLink, ContentMethodName } from './link';
import { Outbox } from './outbox';

/** How long a client has to answer a close, and to read the last of what it is sent, before its socket is destroyed. */
const LAST_WORD_MS = 1_000;

export interface ConnectionSurroundings {
  vhostNamed(name: string): Vhost | undefined;
  /** The connection has ended, whoever ended it. */
  onEnd(connection: Connection): void;
  /** The client did what the protocol does not allow, or asked for what is not there; its connection is closed for it. */
  onError(connection: Connection, error: AmqpError): void;
}

/**
 * A client's connection:
 *
 *     header ----> handshake ----> running ----> closing ----> ended
 *        (8 bytes)    (Handshake)     |  (we sent Close, wait for CloseOk; all else is ignored)
 *                                     |--------------------------> ended  (the client closed, or its socket did)
 *
 * Whatever the bytes are, nothing is thrown out of here: what is wrong closes the channel or the connection.
 */
export class Connection {
  /** The client's address and port. */
  readonly peer: string;
  private state: 'header' | 'handshake' | 'running' | 'closing' | 'ended' = 'header';
  private beginning = Buffer.alloc(0);
  private readonly frames = new FrameReader(FRAME_MAX);
  private readonly outbox: Outbox;
  private readonly handshake: Handshake;
  private agreement?: Agreement;
  private channels?: Channels;
  private heartbeat?: NodeJS.Timeout;
  private destroyTimer?: NodeJS.Timeout;
  /** Bytes that are no frames have come: where the next frame begins is not to be known. */
  private isLost = false;

  constructor(
    private readonly socket: Socket,
    private readonly around: ConnectionSurroundings,
  ) {
    this.peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.outbox = new Outbox(socket, () => this.channels?.resume());
    this.handshake = new Handshake(
      (name) => around.vhostNamed(name),
      () => this.send('ConnectionTune', 0, TUNE),
    );
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.read(chunk));
    // Reset connections are everyday; 'close' follows and tidies up.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.destroyTimer);
      this.end();
    });
  }

  /** The name of its vhost, once it has opened one. */
  get vhostName(): string | undefined {
    return this.agreement?.vhost.name;
  }

  private read(chunk: Buffer): void {
    if (this.state === 'ended' || this.isLost) return;
    try {
      const rest = this.state === 'header' ? this.readHeader(chunk) : chunk;
      if (rest) for (const frame of this.frames.read(rest)) this.take(frame);
    } catch (error) {
      this.isLost = true;
      this.fail(error);
    }
    this.channels?.flush();
  }

  /** @returns the bytes after the protocol header, once it is whole. */
  private readHeader(chunk: Buffer): Buffer | undefined {
    this.beginning = Buffer.concat([this.beginning, chunk]);
    const header = this.beginning.subarray(0, PROTOCOL_HEADER.length);
    if (!PROTOCOL_HEADER.subarray(0, header.length).equals(header)) {
      this.socket.end(PROTOCOL_HEADER); // as the specification asks: tell the version that is spoken here
      this.end();
      return undefined;
    }
    if (header.length < PROTOCOL_HEADER.length) return undefined;
    this.state = 'handshake';
    this.send('ConnectionStart', 0, START);
    return this.beginning.subarray(PROTOCOL_HEADER.length);
  }

  private take(frame: Frame): void {
    if (this.state === 'ended') return;
    const method = frame.type === FRAME_METHOD ? frame.payload : undefined;
    try {
      if (frame.type === FRAME_HEARTBEAT) return; // taken, never enforced: the application may keep the loop busy
      if (frame.channel === 0 && method) this.takeMethod(decodeMethod(method));
      else if (frame.channel > 0 && this.state === 'running' && this.channels) this.channels.take(frame);
      else if (this.state === 'closing') return;
      else throw new AmqpError('UNEXPECTED_FRAME', `a frame of type ${frame.type} for channel ${frame.channel}`);
    } catch (error) {
      this.fail(error, frame.channel, method);
    }
  }

  private takeMethod(method: ClientMethod): void {
    if (method.name === 'ConnectionClose') {
      this.send('ConnectionCloseOk', 0, {});
      this.outbox.end();
      return this.end();
    }
    if (method.name === 'ConnectionCloseOk') {
      this.outbox.end();
      return this.end();
    }
    if (this.state === 'closing') return;
    if (this.state !== 'handshake') throw new AmqpError('COMMAND_INVALID', `${method.name} on an open connection`);
    const agreement = this.handshake.take(method);
    if (!agreement) return;
    this.agreement = agreement;
    this.channels = new Channels(agreement.channelMax, (number) => this.linkFor(number, agreement));
    this.frames.maxFrameBytes = agreement.maxFrameBytes;
    this.state = 'running';
    this.startHeartbeat(agreement.heartbeatSeconds);
    this.send('ConnectionOpenOk', 0, {});
  }

  private startHeartbeat(seconds: number): void {
    if (seconds === 0) return;
    this.heartbeat = setInterval(() => {
      if (!this.outbox.wroteSomething) this.outbox.write(HEARTBEAT);
      this.outbox.wroteSomething = false;
    }, seconds * 500);
    this.heartbeat.unref();
  }

  private linkFor(number: number, agreement: Agreement): ChannelLink {
    const { outbox } = this;
    return {
      ...agreement,
      owner: this,
      get isCongested() {
        return outbox.isCongested;
      },
      send: (name, fields) => this.send(name, number, fields),
      sendContent: (name, fields, message, properties) => this.sendContent(name, number, fields, message, properties),
    };
  }

  /** @param method the payload of the method frame that caused it. */
  private fail(error: unknown, number = 0, method?: Buffer): void {
    const failure = error instanceof AmqpError ? error : new AmqpError('INTERNAL_ERROR', String(error));
    if (this.channels?.fail(number, failure, method)) return;
    if (this.state === 'closing' || this.state === 'ended') return;
    this.around.onError(this, failure);
    this.close(failure, method);
  }

  /** Tells the client why, and waits a moment for its answer. */
  close({ code: replyCode, replyText }: AmqpError, method?: Buffer): void {
    if (this.state === 'closing' || this.state === 'ended') return;
    if (this.state === 'header') return this.end();
    this.state = 'closing';
    this.release();
    this.send('ConnectionClose', 0, { replyCode, replyText, ...methodIdOf(method) });
    this.destroySoon();
  }

  private end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    clearInterval(this.heartbeat);
    this.release();
    if (this.socket.writableEnded) this.destroySoon();
    else this.socket.destroy();
    this.around.onEnd(this);
  }

  private destroySoon(): void {
    clearTimeout(this.destroyTimer);
    if (!this.socket.destroyed) this.destroyTimer = setTimeout(() => this.socket.destroy(), LAST_WORD_MS);
  }

  private release(): void {
    this.channels?.close();
    this.agreement?.vhost.deleteQueuesOf(this);
  }

  private send<Name extends ServerMethodName>(name: Name, channel: number, fields: ServerMethods[Name]): void {
    this.outbox.write(encodeMethod(name, channel, fields));
  }

  private sendContent<Name extends ContentMethodName>(
    name: Name,
    channel: number,
    fields: ServerMethods[Name],
    message: Message,
    properties = message.properties,
  ): void {
    const method = encodeMethod(name, channel, fields);
    const frames = contentFrames(channel, method, properties, message.body, this.frames.maxFrameBytes);
    for (const frame of frames) this.outbox.write(frame);
  }
}
