import { connect, type Socket } from 'node:net';
import { eventually } from './eventually';

/** A frame as it came: type 1 is a method, 2 a content header, 3 a body, 8 a heartbeat. */
export interface RawFrame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

const HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
const FRAME_END = 0xce;

/**
 * A bare socket to a broker, for what no client library does. It knows frames (AMQP 0-9-1, section 4.2.3: type, channel,
 * size, payload, end) and enough of methods to open a connection.
 */
export class AmqpSocket {
  /** All that the broker has sent. */
  received = Buffer.alloc(0);
  isClosed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => (this.received = Buffer.concat([this.received, chunk])));
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => (this.isClosed = true));
  }

  /** Connects and says nothing. `destroy()` must follow. */
  static async connect(url: string): Promise<AmqpSocket> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new AmqpSocket(socket);
  }

  /** Connects and goes through the handshake, up to an open vhost. */
  static async open(url: string, { frameMax = 131_072, heartbeat = 0 } = {}): Promise<AmqpSocket> {
    const { username, password, pathname } = new URL(url);
    const socket = await AmqpSocket.connect(url);
    socket.send(HEADER);
    await socket.method(10, 10);
    const login = longText(`\0${username}\0${password}`);
    socket.send(methodFrame(0, 10, 11, Buffer.concat([uint32(0), shortText('PLAIN'), login, shortText('en_US')])));
    await socket.method(10, 30);
    socket.send(methodFrame(0, 10, 31, Buffer.concat([uint16(2_047), uint32(frameMax), uint16(heartbeat)])));
    const vhost = decodeURIComponent(pathname.slice(1));
    socket.send(methodFrame(0, 10, 40, Buffer.concat([shortText(vhost), shortText(''), Buffer.of(0)])));
    await socket.method(10, 41);
    return socket;
  }

  send(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Reads nothing more: the broker's buffers fill. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** The whole frames among what came. */
  get frames(): RawFrame[] {
    const frames: RawFrame[] = [];
    for (let at = 0; at + 8 <= this.received.length;) {
      const end = at + 7 + this.received.readUInt32BE(at + 3);
      if (this.received[end] !== FRAME_END) break;
      const [type, channel] = [this.received.readUInt8(at), this.received.readUInt16BE(at + 1)];
      frames.push({ type, channel, payload: this.received.subarray(at + 7, end) });
      at = end + 1;
    }
    return frames;
  }

  /** Waits for a method; returns its arguments. */
  async method(classId: number, methodId: number): Promise<Buffer> {
    const frame = await eventually(
      () =>
        this.frames.find(
          ({ type, payload }) =>
            type === 1 && payload.readUInt16BE(0) === classId && payload.readUInt16BE(2) === methodId,
        ),
      { describe: `method ${classId}.${methodId}` },
    );
    return frame.payload.subarray(4);
  }

  /** Waits until the broker closes the connection (by connection.close); returns the code it gives. */
  async closedWith(): Promise<number> {
    return (await this.method(10, 50)).readUInt16BE(0);
  }

  destroy(): void {
    this.socket.destroy();
  }
}

export function frame(type: number, channel: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), uint16(channel), uint32(payload.length), payload, Buffer.of(FRAME_END)]);
}

export function methodFrame(channel: number, classId: number, methodId: number, args: Buffer): Buffer {
  return frame(1, channel, Buffer.concat([uint16(classId), uint16(methodId), args]));
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function shortText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function longText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
