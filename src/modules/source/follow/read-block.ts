import { setImmediate as nextTurn } from 'node:timers/promises';
import { type LogRecord, NO_ATTRIBUTES } from '../../../log/log-record';
import type { RejectReason } from '../../../log/reject';
import type { RetentionPolicy } from '../../../log/retention-policy';
import { StreamClock, type StreamClockState } from '../../../log/stream-clock';
import { type TimeZone, zoneFor } from '../../../log/time-zone';
import { KeyedPacks } from '../../../messaging/keyed-packs';
import type { SealedPack } from '../../../messaging/sealed-pack';
import { LineSplitter } from '../lines/line-splitter';
import { RecordReader } from '../record-reader';
import { isRefused, type RefusedItem } from '../refused-item';
import { type Block, packKeyOf } from './block';
import { type JoinedLine, LineJoiner } from './join-lines';

/** What a block holds. */
export interface BlockContent {
  readonly packs: readonly SealedPack[];
  /** In all packs. */
  readonly records: number;
  /** Records that became none. */
  readonly rejected: ReadonlyMap<RejectReason, number>;
  /** What the first record that was older than the retention was told. */
  readonly firstTooOld: string | null;
  readonly unknownSeverities: number;
  /** The clock of the stream after the last record. */
  readonly clock: StreamClockState;
}

/** After so many lines others get their turn. */
const TURN_LINES = 1_000;

/**
 * Of a chunk, about so much is in hand as text and records at once. They are gone before V8 moves them to its heap of old
 * objects, where they would wait for a collection of all of it: with blocks read as a whole, a source that reads a large
 * file held 320 MiB instead of 210. Text of this size still begins among the young objects; larger text does not.
 */
const PIECE_BYTES = 64 * 1024;
const LF = 0x0a;

const ZONES = new Map<string, TimeZone | null>();

/** Reads the bytes of a block. The same block and bytes make the same packs, always. */
export async function readBlock(
  block: Block,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  retention: RetentionPolicy,
): Promise<BlockContent> {
  const reading = new BlockReading(block, retention);
  for await (const chunk of chunks) for (const piece of piecesOf(chunk)) await reading.push(piece);
  return reading.end();
}

/** A block as far as it is read. */
class BlockReading {
  private readonly splitter = new LineSplitter();
  private readonly joiner: LineJoiner;
  private readonly clock: StreamClock;
  private readonly reader: RecordReader;
  private readonly growing: KeyedPacks;
  private readonly packs: SealedPack[] = [];
  private readonly rejected = new Map<RejectReason, number>();
  private firstTooOld: string | null = null;
  private lines = 0;
  private records = 0;

  constructor(
    private readonly block: Block,
    retention: RetentionPolicy,
  ) {
    const { service, zone, multiline } = block.rules;
    this.joiner = new LineJoiner(multiline);
    this.clock = new StreamClock(block.clock);
    const defaults = { service, severity: null, attributes: NO_ATTRIBUTES };
    this.reader = new RecordReader(defaults, retention, { zone: knownZone(zone), clock: this.clock });
    this.growing = new KeyedPacks(packKeyOf(block));
  }

  async push(bytes: Buffer): Promise<void> {
    await this.read(this.joiner.push(this.splitter.push(bytes)));
  }

  /** Nothing may be pushed afterwards. */
  async end(): Promise<BlockContent> {
    await this.read([...this.joiner.push(this.splitter.end()), ...this.joiner.end()]);
    const { packs, records, rejected, firstTooOld } = this;
    packs.push(...this.growing.rest());
    const { unknownSeverities } = this.reader;
    return { packs, records, rejected, firstTooOld, unknownSeverities, clock: this.clock.state };
  }

  private async read(lines: readonly JoinedLine[]): Promise<void> {
    for (const line of lines) {
      if (++this.lines % TURN_LINES === 0) await nextTurn();
      const record = this.reader.readLine(line, this.block.time, line.envelope);
      if (isRefused(record)) this.refuse(record);
      else this.add(record);
    }
  }

  private add(record: LogRecord): void {
    this.records++;
    const full = this.growing.add(record);
    if (full !== null) this.packs.push(full);
  }

  private refuse({ reason, message }: RefusedItem): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
    if (reason === 'too_old') this.firstTooOld ??= message;
  }
}

/** The chunk in pieces that end with a line, except the last; longer where a line is. */
function* piecesOf(chunk: Buffer): Generator<Buffer> {
  for (let start = 0; start < chunk.length;) {
    const end = pieceEnd(chunk, start);
    yield chunk.subarray(start, end);
    start = end;
  }
}

function pieceEnd(chunk: Buffer, start: number): number {
  const full = start + PIECE_BYTES;
  if (full >= chunk.length) return chunk.length;
  const end = chunk.lastIndexOf(LF, full - 1) + 1;
  if (end > start) return end;
  const newline = chunk.indexOf(LF, full);
  return newline < 0 ? chunk.length : newline + 1;
}

/** Kept, because a zone remembers what it has worked out. */
function knownZone(name: string): TimeZone | null {
  const known = ZONES.get(name);
  if (known !== undefined) return known;
  const zone = zoneFor(name);
  ZONES.set(name, zone);
  return zone;
}
