import type { Socket } from 'node:net';
import type { Message } from '../broker/message';
import type { Vhost } from '../broker/vhost';
import { AmqpError } from '../reply-codes';
import { contentFrames } from '../wire/content';
import {
  FRAME_BODY,
  FRAME_HEADER,
  FRAME_HEARTBEAT,
  FRAME_METHOD,
  FrameReader,
  HEARTBEAT,
  type Frame,
} from '../wire/frames';
import type { ClientMethod, ServerMethodName, ServerMethods } from '../wire/method-fields';
import { decodeMethod, encodeMethod, methodIdOf } from '../wire/methods';
import { Channel } from './channel';
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
  /** By number; 'closing': we sent Close, all but the answer is ignored. */
  private readonly channels = new Map<number, Channel | 'closing'>();
  private heartbeat?: NodeJS.Timeout;
  private destroyTimer?: NodeJS.Timeout;
  /** Bytes that are no frames have come: where the next frame begins is not to be known. */
  private isLost = false;

  constructor(
    private readonly socket: Socket,
    private readonly around: ConnectionSurroundings,
  ) {
    this.peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.outbox = new Outbox(socket, () => this.eachChannel((channel) => channel.resume()));
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
    this.eachChannel((channel) => channel.flush());
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
      if (frame.channel > 0) this.takeForChannel(frame);
      else if (method) this.takeMethod(decodeMethod(method));
      else throw new AmqpError('UNEXPECTED_FRAME', `a frame of type ${frame.type} on channel 0`);
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

  private takeForChannel({ type, channel: number, payload }: Frame): void {
    if (this.state === 'closing') return;
    if (!this.agreement) throw new AmqpError('COMMAND_INVALID', 'a channel before the connection is open');
    const channel = this.channels.get(number);
    const method = type === FRAME_METHOD ? decodeMethod(payload) : undefined;
    if (method?.name === 'ChannelClose' && channel) return this.closedByClient(number);
    if (channel === 'closing') {
      if (method?.name === 'ChannelCloseOk') this.channels.delete(number);
    } else if (!channel) {
      if (method?.name !== 'ChannelOpen') throw new AmqpError('CHANNEL_ERROR', "expected 'channel.open'");
      this.openChannel(number, this.agreement);
    } else if (method) {
      channel.method(method);
    } else if (type === FRAME_HEADER) {
      channel.header(payload);
    } else if (type === FRAME_BODY) {
      channel.body(payload);
    } else {
      throw new AmqpError('FRAME_ERROR', `no frame is of type ${type}`);
    }
  }

  private openChannel(number: number, agreement: Agreement): void {
    if (this.channels.size >= agreement.channelMax || number > agreement.channelMax) {
      const reason = `number of channels opened (${this.channels.size}) has reached the negotiated channel_max`;
      throw new AmqpError('NOT_ALLOWED', `${reason} (${agreement.channelMax})`);
    }
    this.channels.set(number, new Channel(this.linkFor(number, agreement)));
    this.send('ChannelOpenOk', number, {});
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

  private closedByClient(number: number): void {
    this.closeChannel(number);
    this.channels.delete(number);
    this.send('ChannelCloseOk', number, {});
  }

  private closeChannel(number: number): void {
    const channel = this.channels.get(number);
    if (!(channel instanceof Channel)) return;
    channel.flush();
    channel.close();
  }

  /** @param method the payload of the method frame that caused it. */
  private fail(error: unknown, number = 0, method?: Buffer): void {
    const failure = error instanceof AmqpError ? error : new AmqpError('INTERNAL_ERROR', String(error));
    if (!failure.closesOnlyTheChannel || !(this.channels.get(number) instanceof Channel)) {
      if (this.state === 'closing' || this.state === 'ended') return;
      this.around.onError(this, failure);
      return this.close(failure, method);
    }
    this.closeChannel(number);
    this.channels.set(number, 'closing');
    const { code: replyCode, replyText } = failure;
    this.send('ChannelClose', number, { replyCode, replyText, ...methodIdOf(method) });
  }

  /** Tells the client why, and waits a moment for its answer. */
  close({ code: replyCode, replyText }: AmqpError, method?: Buffer): void {
    if (this.state === 'closing' || this.state === 'ended') return;
    if (this.state === 'header') return this.end();
    this.state = 'closing';
    this.releaseChannels();
    this.send('ConnectionClose', 0, { replyCode, replyText, ...methodIdOf(method) });
    this.destroySoon();
  }

  private end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    clearInterval(this.heartbeat);
    this.releaseChannels();
    if (this.socket.writableEnded) this.destroySoon();
    else this.socket.destroy();
    this.around.onEnd(this);
  }

  private destroySoon(): void {
    clearTimeout(this.destroyTimer);
    if (!this.socket.destroyed) this.destroyTimer = setTimeout(() => this.socket.destroy(), LAST_WORD_MS);
  }

  private releaseChannels(): void {
    this.eachChannel((channel) => channel.flush());
    const open = [...this.channels.keys()];
    for (const number of open) this.closeChannel(number);
    this.channels.clear();
    this.agreement?.vhost.deleteQueuesOf(this);
  }

  private eachChannel(visit: (channel: Channel) => void): void {
    for (const channel of this.channels.values()) if (channel instanceof Channel) visit(channel);
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
