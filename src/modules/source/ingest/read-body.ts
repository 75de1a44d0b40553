import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ApiError } from '../../../http/api-error';
import type { Share } from './reading-budget';
import { UnreadableBody } from './unreadable-body';

export interface BodyLimits {
  /** As sent. */
  readonly maxBodyBytes: number;
  /** Once inflated. */
  readonly maxInflatedBytes: number;
}

const KNOWN_ENCODINGS = new Set(['gzip', 'x-gzip', 'deflate']);
const INFLATE_CHUNK_BYTES = 64 * 1024;

/**
 * The body of a request, inflated. What is packed how is seen from its bytes rather than from `Content-Encoding`: clients
 * say gzip and send zlib, or send a .gz file without saying so. Both limits hold while reading, so that neither a large
 * body nor one that inflates to a large one takes memory.
 *
 * Throws ApiError `unsupported`, `too_large` or `too_busy`, or {@link UnreadableBody}; the request is then not destroyed,
 * so that it can be answered.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits, share: Share): Promise<Buffer> {
  const encodings = encodingsOf(request);
  const tooLarge = `The body is larger than ${limits.maxBodyBytes} bytes, see INGEST_MAX_BODY_MB; send less at once`;
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBodyBytes) throw new ApiError('too_large', tooLarge);
  const sent = await gather(request.iterator({ destroyOnReturn: false }), limits.maxBodyBytes, tooLarge, share);
  const inflater = inflaterFor(sent, encodings);
  return inflater === null ? sent : inflate(sent, inflater, limits.maxInflatedBytes, share);
}

function encodingsOf(request: IncomingMessage): readonly string[] {
  const given = (request.headers['content-encoding'] ?? '').toLowerCase().split(',');
  const encodings = given.map((encoding) => encoding.trim()).filter((encoding) => !['', 'identity'].includes(encoding));
  const unknown = encodings.find((encoding) => !KNOWN_ENCODINGS.has(encoding));
  if (unknown === undefined) return encodings;
  throw new ApiError(
    'unsupported',
    `Content-Encoding ${JSON.stringify(unknown)} is not supported; use gzip, deflate or none`,
  );
}

async function gather(
  chunks: AsyncIterable<unknown>,
  maxBytes: number,
  tooLarge: string,
  share: Share,
): Promise<Buffer> {
  const gathered: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a request without an encoding consists of buffers');
    bytes += chunk.length;
    if (bytes > maxBytes) throw new ApiError('too_large', tooLarge);
    share.take(chunk.length);
    gathered.push(chunk);
  }
  return gathered.length === 1 && gathered[0] !== undefined ? gathered[0] : Buffer.concat(gathered, bytes);
}

/** What inflates these bytes, by the mark they begin with; null when they are as they are meant. */
function inflaterFor(sent: Buffer, encodings: readonly string[]): Transform | null {
  const options = { chunkSize: INFLATE_CHUNK_BYTES };
  if (sent.length === 0) return null;
  if (sent[0] === 0x1f && sent[1] === 0x8b) return createGunzip(options);
  if (encodings.length === 0) return null;
  if (isZlib(sent)) return createInflate(options);
  if (encodings.includes('deflate')) return createInflateRaw(options);
  throw new UnreadableBody(`Content-Encoding says ${encodings.join(', ')}, but the body does not begin as such`);
}

/** RFC 1950: method 8 in the low half of the first byte, and both bytes together a multiple of 31. */
function isZlib(bytes: Buffer): boolean {
  return bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}

async function inflate(sent: Buffer, inflater: Transform, maxBytes: number, share: Share): Promise<Buffer> {
  const tooLarge = `The body inflates to more than ${maxBytes} bytes, see INGEST_MAX_INFLATED_MB; send less at once`;
  inflater.end(sent);
  try {
    return await gather(inflater, maxBytes, tooLarge, share);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new UnreadableBody(`The body cannot be inflated: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Time enough to see an answer that is there already. */
const PATIENCE_MS = 2_000;

/**
 * Lets the rest of a refused request pass by unread, so that its client gets to see the answer and can use its connection
 * again. Cuts it off when even that is too much, or takes too long: some clients stop sending once they are refused, and
 * leave a connection that waits for the rest.
 */
export function discardRest(request: Readable, maxBytes: number): void {
  let passed = 0;
  const timer = setTimeout(() => request.destroy(), PATIENCE_MS);
  request.once('close', () => clearTimeout(timer));
  request.on('error', () => request.destroy()); // the client has gone, which is as well
  request.on('data', (chunk: Buffer) => {
    passed += chunk.length;
    if (passed > maxBytes) request.destroy();
  });
}
