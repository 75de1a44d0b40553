import { AmqpError } from '../reply-codes';
import { FRAME_BODY, FRAME_HEADER, FRAME_METHOD, type Frame } from '../wire/frames';
import type { ClientMethod } from '../wire/method-fields';
import { decodeMethod, methodIdOf } from '../wire/methods';
import { Channel } from './channel';
import type { ChannelLink } from './link';

/**
 * The channels of a connection, by number:
 *
 *     none -> open -> none         (the client closes it)
 *               |---> closing      (an error closes it; all is ignored until the client says CloseOk) -> none
 */
export class Channels {
  private readonly channels = new Map<number, { link: ChannelLink; channel: Channel | 'closing' }>();

  /**
   * @param most how many may be there, and the highest number.
   * @param linkFor the way to the client of a new channel.
   */
  constructor(
    private readonly most: number,
    private readonly linkFor: (number: number) => ChannelLink,
  ) {}

  /** Takes a frame of a channel. @throws AmqpError for what the client did wrong. */
  take({ type, channel: number, payload }: Frame): void {
    const method = type === FRAME_METHOD ? decodeMethod(payload) : undefined;
    const known = this.channels.get(number);
    if (!known) return this.open(number, method);
    const { link, channel } = known;
    if (channel === 'closing') {
      // A close that crosses ours is answered, and ours still awaits its answer.
      if (method?.name === 'ChannelClose') link.send('ChannelCloseOk', {});
      if (method?.name === 'ChannelCloseOk') this.channels.delete(number);
    } else if (method?.name === 'ChannelClose') {
      release(channel);
      this.channels.delete(number);
      link.send('ChannelCloseOk', {});
    } else {
      takeOpen(channel, type, payload, method);
    }
  }

  private open(number: number, method: ClientMethod | undefined): void {
    if (method?.name !== 'ChannelOpen') throw new AmqpError('CHANNEL_ERROR', "expected 'channel.open'");
    const count = this.channels.size;
    if (count >= this.most || number > this.most) {
      const reason = `number of channels opened (${count}) has reached the negotiated channel_max (${this.most})`;
      throw new AmqpError('NOT_ALLOWED', reason);
    }
    const link = this.linkFor(number);
    this.channels.set(number, { link, channel: new Channel(link) });
    link.send('ChannelOpenOk', {});
  }

  /**
   * Closes one channel for an error.
   *
   * @param method the payload of the method frame that caused it.
   * @returns false if there is no such channel, or the error is one for the whole connection.
   */
  fail(number: number, error: AmqpError, method: Buffer | undefined): boolean {
    const known = this.channels.get(number);
    if (!error.closesOnlyTheChannel || !known || known.channel === 'closing') return false;
    release(known.channel);
    known.channel = 'closing';
    const { code: replyCode, replyText } = error;
    known.link.send('ChannelClose', { replyCode, replyText, ...methodIdOf(method) });
    return true;
  }

  /** Sends what was put off until the bytes read at once were worked through. */
  flush(): void {
    for (const channel of this.openChannels()) channel.flush();
  }

  /** The client reads again. */
  resume(): void {
    for (const channel of this.openChannels()) channel.resume();
  }

  /** The connection ends. */
  close(): void {
    for (const channel of this.openChannels()) release(channel);
    this.channels.clear();
  }

  private *openChannels(): Generator<Channel> {
    for (const { channel } of this.channels.values()) if (channel !== 'closing') yield channel;
  }
}

function takeOpen(channel: Channel, type: number, payload: Buffer, method: ClientMethod | undefined): void {
  if (method) return channel.method(method);
  if (type === FRAME_HEADER) return channel.header(payload);
  if (type === FRAME_BODY) return channel.body(payload);
  throw new AmqpError('FRAME_ERROR', `no frame is of type ${type}`);
}

function release(channel: Channel): void {
  channel.flush();
  channel.close();
}
