import { HEADER_BYTES, MalformedMessage } from './message-reader';

const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1 << 0;
const MORE_TO_COME = 1 << 1;
/** The low 16 flags must be understood, the others may be ignored. */
const REQUIRED_FLAGS = 0xffff;
const CHECKSUM_BYTES = 4;
const MIN_DOCUMENT_BYTES = 5;

/** One command of a client. Its documents are windows on the message, and not decoded yet. */
export interface Request {
  readonly id: number;
  /** How it came, and how it is answered: OP_MSG, or the old OP_QUERY, which drivers open a connection with. */
  readonly form: 'message' | 'query';
  /** The command: its name is the name of the first field. */
  readonly body: Buffer;
  /** Documents that belong into the body as arrays, by the name of their field. */
  readonly sequences: ReadonlyMap<string, readonly Buffer[]>;
  readonly wantsAnswer: boolean;
  /** Of a query, the database that the namespace names; a message says it in `$db`. */
  readonly database: string | null;
}

/**
 * Reads one message with its header. Throws {@link MalformedMessage} for what is no OP_MSG and no OP_QUERY of the wire
 * protocol (mongodb.com/docs/manual/reference/mongodb-wire-protocol).
 */
export function readRequest(message: Buffer): Request {
  const id = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  if (opcode === OP_MSG) return readMessage(message, id);
  if (opcode === OP_QUERY) return readQuery(message, id);
  throw new MalformedMessage(`opcode ${opcode}`);
}

/**
 * Flags, then sections: kind 0 is the body (exactly one), kind 1 a sequence of documents (length, name, documents). The
 * checksum at the end, which no driver sends, is left unread: nothing is lost or changed on a loopback connection.
 */
function readMessage(message: Buffer, id: number): Request {
  const flags = int32At(message, HEADER_BYTES);
  if ((flags & REQUIRED_FLAGS & ~(CHECKSUM_PRESENT | MORE_TO_COME)) !== 0) throw new MalformedMessage('unknown flags');
  const end = message.length - ((flags & CHECKSUM_PRESENT) !== 0 ? CHECKSUM_BYTES : 0);
  let body: Buffer | null = null;
  const sequences = new Map<string, readonly Buffer[]>();
  for (let at = HEADER_BYTES + 4; at < end;) {
    const kind = message[at++];
    if (kind === 0 && body === null) {
      body = documentAt(message, at, end);
      at += body.length;
    } else if (kind === 1) {
      const length = int32At(message, at);
      if (length < 4 || at + length > end) throw new MalformedMessage('a sequence that does not fit its message');
      const [name, documents] = readSequence(message, at + 4, at + length);
      if (sequences.has(name)) throw new MalformedMessage('a sequence that comes twice');
      sequences.set(name, documents);
      at += length;
    } else throw new MalformedMessage(`a section of kind ${String(kind)}`);
  }
  if (body === null) throw new MalformedMessage('no body');
  return { id, form: 'message', body, sequences, wantsAnswer: (flags & MORE_TO_COME) === 0, database: null };
}

function readSequence(message: Buffer, start: number, end: number): [string, Buffer[]] {
  const nameEnd = zeroAt(message, start, end);
  const documents: Buffer[] = [];
  for (let at = nameEnd + 1; at < end;) {
    const document = documentAt(message, at, end);
    documents.push(document);
    at += document.length;
  }
  return [message.toString('utf8', start, nameEnd), documents];
}

/** Flags, the namespace, how many to skip and to return, the query. */
function readQuery(message: Buffer, id: number): Request {
  const start = HEADER_BYTES + 4;
  const nameEnd = zeroAt(message, start, message.length);
  const namespace = message.toString('utf8', start, nameEnd);
  const body = documentAt(message, nameEnd + 1 + 8, message.length);
  const [database = ''] = namespace.split('.', 1);
  return { id, form: 'query', body, sequences: new Map(), wantsAnswer: true, database };
}

function documentAt(message: Buffer, at: number, end: number): Buffer {
  const length = int32At(message, at);
  if (length < MIN_DOCUMENT_BYTES || at + length > end) throw new MalformedMessage('a document that does not fit');
  return message.subarray(at, at + length);
}

function int32At(message: Buffer, at: number): number {
  if (at + 4 > message.length) throw new MalformedMessage('ends too early');
  return message.readInt32LE(at);
}

function zeroAt(message: Buffer, start: number, end: number): number {
  const at = message.indexOf(0, start);
  if (at < 0 || at >= end) throw new MalformedMessage('a name without an end');
  return at;
}
