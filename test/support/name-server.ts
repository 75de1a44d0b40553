import { createSocket, type Socket } from 'node:dgram';
import { mustBeReleased } from './leaks';

const HEADER_BYTES = 12;
const ANSWER_AUTHORITATIVE = 0x8580;
const TYPE_A = 1;
const TIME_TO_LIVE_SECONDS = 1;

/** A name server of the test's own, which knows IPv4 addresses of single words, as Docker's knows those of services. */
export class NameServer {
  /** Addresses by name; may be changed at any time. */
  readonly addresses = new Map<string, readonly string[]>();
  private readonly released: () => void;

  private constructor(private readonly socket: Socket) {
    this.released = mustBeReleased('a name server', () => this.close());
    socket.on('message', (query, { port, address }) => socket.send(this.answer(query), port, address));
  }

  /** Answers on a free UDP port of 127.0.0.1; `close()` must follow. */
  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new NameServer(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  async close(): Promise<void> {
    this.released();
    await new Promise<void>((resolve) => this.socket.close(() => resolve()));
  }

  /** Repeats the question (the first only, whatever follows it is left out), and answers with all addresses. */
  private answer(query: Buffer): Buffer {
    const nameLength = query[HEADER_BYTES] ?? 0;
    const questionEnd = HEADER_BYTES + 1 + nameLength + 1 + 4; // one word, its end, type and class
    const name = query.toString('latin1', HEADER_BYTES + 1, HEADER_BYTES + 1 + nameLength).toLowerCase();
    const isForAddress = query.readUInt16BE(questionEnd - 4) === TYPE_A;
    const addresses = isForAddress ? (this.addresses.get(name) ?? []) : [];
    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2);
    [ANSWER_AUTHORITATIVE, 1, addresses.length].forEach((value, i) => header.writeUInt16BE(value, 2 + 2 * i));
    return Buffer.concat([header, query.subarray(HEADER_BYTES, questionEnd), ...addresses.map(addressRecord)]);
  }
}

function addressRecord(address: string): Buffer {
  const record = Buffer.from([0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, TIME_TO_LIVE_SECONDS, 0, 4]); // the question's name
  return Buffer.concat([record, Buffer.from(address.split('.').map(Number))]);
}
