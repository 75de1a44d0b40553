import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { mongo } from 'mongoose';
import { mustBeReleased } from './leaks';

/** The opcodes of MongoDB's wire protocol that are spoken here; its specification has them in "MongoDB Wire Protocol". */
export const OP_REPLY = 1;
export const OP_QUERY = 2004;
export const OP_MSG = 2013;
/** Flag of an OP_MSG: no answer is wanted. */
export const MORE_TO_COME = 2;

const HEADER_BYTES = 16;
/** Where the documents of an OP_REPLY begin: after flags, cursor, position and number. */
const REPLY_DOCUMENTS_AT = 36;
/** Where the one document of an OP_MSG's answer begins: after flags and the kind of its section. */
const MESSAGE_DOCUMENT_AT = 21;

export interface WireAnswer {
  readonly opCode: number;
  /** The id of the message that it answers. */
  readonly responseTo: number;
  readonly document: mongo.BSON.Document;
}

/** Documents beside a command, as drivers send those of a write. */
export interface Sequence {
  readonly name: string;
  readonly documents: readonly Uint8Array[];
}

/** A message as it goes over the wire. */
export function wireMessage(opCode: number, requestId: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + body.length, 0);
  header.writeInt32LE(requestId, 4);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, body]);
}

/** The body of an OP_MSG. */
export function messageBody(command: mongo.BSON.Document, flags = 0, sequences: readonly Sequence[] = []): Buffer {
  const parts = sequences.flatMap(({ name, documents }) => {
    const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents]);
    return [Buffer.of(1), int32(4 + content.length), content];
  });
  return Buffer.concat([int32(flags), Buffer.of(0), mongo.BSON.serialize(command), ...parts]);
}

/** The body of an OP_QUERY for a command, which is how a client says its first word. */
export function queryBody(command: mongo.BSON.Document, database = 'admin'): Buffer {
  return Buffer.concat([
    int32(0),
    Buffer.from(`${database}.$cmd\0`),
    int32(0),
    int32(-1),
    mongo.BSON.serialize(command),
  ]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** A connection to a MongoDB server without a driver, which adds nothing and repeats nothing by itself. */
export class WireConnection {
  private received = Buffer.alloc(0);
  private lastId = 0;
  private readonly released: () => void;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (data) => (this.received = Buffer.concat([this.received, data])));
    socket.on('error', () => undefined); // a server that resets the connection: whoever waits for an answer is told
    this.released = mustBeReleased('a connection to MongoDB', () => this.close());
  }

  /** `close()` must follow. */
  static async open(uri: string): Promise<WireConnection> {
    const { hostname, port } = new URL(uri);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new WireConnection(socket);
  }

  /** Sends an OP_MSG, and resolves to the document that answers it. */
  async command(command: mongo.BSON.Document, sequences: readonly Sequence[] = []): Promise<mongo.BSON.Document> {
    this.send(OP_MSG, messageBody(command, 0, sequences));
    return (await this.answer()).document;
  }

  /** Sends a message; returns its id. */
  send(opCode: number, body: Uint8Array): number {
    this.sendBytes(wireMessage(opCode, ++this.lastId, body));
    return this.lastId;
  }

  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next answer. Rejects when the server ends the connection instead. */
  async answer(): Promise<WireAnswer> {
    while (this.received.length < 4 || this.received.length < this.received.readInt32LE(0)) await this.more();
    const length = this.received.readInt32LE(0);
    const message = this.received.subarray(0, length);
    this.received = this.received.subarray(length);
    const opCode = message.readInt32LE(12);
    const document = mongo.BSON.deserialize(
      message.subarray(opCode === OP_REPLY ? REPLY_DOCUMENTS_AT : MESSAGE_DOCUMENT_AT),
    );
    return { opCode, responseTo: message.readInt32LE(8), document };
  }

  /** Resolves once the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.isOver) await this.more().catch(() => undefined); // the end is what is waited for
  }

  /** How many bytes have come that no answer has taken. */
  get bytesWaiting(): number {
    return this.received.length;
  }

  async close(): Promise<void> {
    this.released();
    if (!this.socket.closed) {
      this.socket.destroy();
      await once(this.socket, 'close');
    }
  }

  private get isOver(): boolean {
    return this.socket.closed || this.socket.readableEnded;
  }

  private async more(): Promise<void> {
    const ended = (): never => {
      throw new Error('the server ended the connection');
    };
    if (this.isOver) ended();
    const stop = new AbortController();
    const { signal } = stop;
    try {
      await Promise.race([
        once(this.socket, 'data', { signal }),
        once(this.socket, 'end', { signal }).then(ended),
        once(this.socket, 'close', { signal }).then(ended),
      ]);
    } finally {
      stop.abort();
    }
  }
}
