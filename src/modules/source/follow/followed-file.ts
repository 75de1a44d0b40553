import type { StreamClockState } from '../../../log/stream-clock';
import { MILLISECOND_US } from '../../../log/timestamp';
import { Bell } from './bell';
import { type Block, BLOCK_BYTES, type ReadingRules } from './block';
import type { BlockSender } from './block-sender';
import { cutBlock, type Stillness } from './cut-block';
import type { FileContent, FileFacts } from './file-content';
import { holeLength } from './hole';
import { wholeLineLength } from './long-line';
import { matchesPrefix, PREFIX_BYTES, prefixOf } from './prefix';
import type { KnownFile } from './source-state';

/** How long a file is waited for, milliseconds. */
export interface Patience {
  readonly multilineMs: number;
  readonly lastLineMs: number;
}

/** How still a file is, and after how many milliseconds it is the next kind of still. */
interface Quiet {
  readonly stillness: Stillness;
  readonly nextMs: number;
}

/** What a look at a file came to. */
export type Look =
  /** There is more to read at once. */
  | { readonly kind: 'more' }
  /** All is read, or waits for more; look again after so many milliseconds, or when it changes. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** It is shorter than it was, or begins otherwise: what is there now is another file. */
  | { readonly kind: 'replaced' };

const MORE: Look = { kind: 'more' };
const WAIT: Look = { kind: 'wait', ms: Infinity };
const REPLACED: Look = { kind: 'replaced' };
/** A file that grows all the time is looked at so often, so that blocks, and packs, are not too small. */
export const PAUSE_MS = 20;
/** So long, at least, the last line of a file that has rotated away is waited for, as far as any is. */
const ROTATED_LINE_MS = 250;

/** One file that is open, from where it was left to its end, and on when it grows. */
export class FollowedFile {
  readonly bell = new Bell();
  /** Another file is where this one was: no more is expected. */
  isSuperseded = false;
  /** Set for good when nobody needs it any more. */
  isClosed = false;
  /** The last look failed: nobody should wait for it. */
  hasFailed = false;
  /** It is quiet, or others need its place: it is to be closed once it is read to its end. */
  mayRest = false;
  /** So much of the file before it is read first; null until it has asked. */
  waitsFor: number | null = null;
  /** When it was last seen to change, microseconds. */
  changedAt: number;
  /** All that was there at the last look is read. */
  private isDrained = false;
  private hasToldEnd = false;
  private position: number;
  /** Bytes of the hole before `position`. */
  private hole = 0;
  private clockState: StreamClockState;
  private size = -1;
  private content: FileContent | null;

  constructor(
    private known: KnownFile,
    content: FileContent,
    private readonly rules: ReadingRules,
    private readonly patience: Patience,
    private readonly sender: BlockSender,
    private readonly clock: () => number,
    /** Blocks that were written down and perhaps not sent, in order. */
    private readonly unfinished: Block[],
  ) {
    this.content = content;
    this.position = known.position;
    this.clockState = known.clock;
    this.changedAt = clock();
  }

  get file(): KnownFile {
    return this.known;
  }

  /** The clock of its stream after all that was read. */
  get streamClock(): StreamClockState {
    return this.clockState;
  }

  /** Bytes that were read; of an archive, once inflated. */
  get bytesRead(): number {
    return this.position;
  }

  /** True once: when it was first read to its end. */
  takeFirstEnd(): boolean {
    const isFirst = this.isDrained && !this.hasToldEnd;
    this.hasToldEnd ||= isFirst;
    return isFirst;
  }

  /** Whether nothing of it was ever read, so that it may still begin where another ends. */
  get isUntouched(): boolean {
    return this.position === 0 && this.clockState.given === null && this.clockState.reading === null;
  }

  beginAt(clock: StreamClockState): void {
    this.clockState = clock;
  }

  /** It is there, perhaps under another name. */
  seenAs(path: string): void {
    this.known = { ...this.current(), path };
    this.sender.note(this.known);
  }

  /** What is to be kept of it besides how far it is, as of now. */
  current(): KnownFile {
    return { ...this.known, seenAt: this.clock() };
  }

  facts(): Promise<FileFacts> {
    return this.opened.facts();
  }

  /** Wakes it if it has changed since it was last looked at. */
  sighted({ size }: FileFacts): void {
    if (size !== this.size) this.bell.ring();
  }

  /** Whether, now that it is of this size, it is another file than the one that was read. */
  async isReplacedAt(size: number): Promise<boolean> {
    if (this.isClosed) return true;
    return size !== this.size && (await this.isReplaced(size));
  }

  /** Whether there is nothing left to read: not in hand, and not on disk. */
  async isAtEnd(): Promise<boolean> {
    return this.isEndAt(await this.opened.facts());
  }

  /** Whether so many of its bytes are read, or all there are. */
  async isReadTo(size: number): Promise<boolean> {
    if (await this.isAtEnd()) return true;
    return !this.opened.isArchive && this.unfinished.length === 0 && this.position >= size;
  }

  /** Whether there is nothing left to read, when the system says this of it. */
  isEndAt({ size }: FileFacts): boolean {
    return this.isDrained && size === this.size;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const content = this.content;
    this.content = null;
    this.bell.ring();
    await content?.close();
  }

  private get opened(): FileContent {
    if (this.content === null) throw new Error(`${this.known.path} is closed`);
    return this.content;
  }

  /** Reads one block, if there is one to read. */
  async look(): Promise<Look> {
    if (this.unfinished.length > 0) return this.sendAgain();
    const { size } = await this.opened.facts();
    this.hasFailed = false;
    if (size !== this.size) {
      if (this.size >= 0) this.changedAt = this.clock();
      this.isDrained = false;
      if (await this.isReplaced(size)) return REPLACED;
      this.size = size;
    } else if (this.isDrained) return WAIT;
    return this.readOn();
  }

  private async readOn(): Promise<Look> {
    const window = await this.opened.read(this.position, BLOCK_BYTES);
    if (this.skipHole(window)) return MORE;
    if (window.length === 0) {
      this.isDrained = true;
      const { damage } = this.opened;
      if (damage !== null) this.sender.archiveDamaged(this.known, damage.error);
      return WAIT;
    }
    const isFull = window.length === BLOCK_BYTES;
    const { stillness, nextMs } = this.quiet();
    const length = isFull
      ? await this.lengthOfFull(window, stillness)
      : cutBlock(window, stillness, this.rules.multiline);
    if (length === 0) return { kind: 'wait', ms: nextMs };
    await this.send(window.subarray(0, length), length);
    return isFull ? MORE : { kind: 'wait', ms: PAUSE_MS };
  }

  /** Whether the bytes at hand begin with a hole: it is passed over, and told once it ends. */
  private skipHole(window: Buffer): boolean {
    const length = holeLength(window, this.hole > 0 ? 0 : this.position);
    this.position += length;
    this.hole += length;
    if (length > 0) return true;
    if (this.hole > 0) this.sender.holeSkipped(this.known, this.hole);
    this.hole = 0;
    return false;
  }

  /** There is more than fits: at least one line is taken, however long it is. 0 where its end has not come yet. */
  private async lengthOfFull(window: Buffer, stillness: Stillness): Promise<number> {
    const { multiline } = this.rules;
    const length = cutBlock(window, 'growing', multiline) || cutBlock(window, 'paused', false);
    if (length > 0) return length;
    const read = (offset: number, count: number): Promise<Buffer> => this.opened.read(this.position + offset, count);
    return wholeLineLength(read, window.length, stillness === 'still');
  }

  private async send(window: Buffer, length: number): Promise<void> {
    const range = { from: this.position, to: this.position + length };
    const bytes = length === window.length ? [window] : this.chunks(range.from, range.to);
    this.clockState = await this.sender.send(this.known, range, this.clockState, this.rules, bytes);
    this.position = range.to;
  }

  private async sendAgain(): Promise<Look> {
    const block = this.unfinished[0];
    if (block === undefined) return MORE;
    const clock = await this.sender.sendAgain(this.known, block, this.chunks(block.from, block.to));
    this.unfinished.shift();
    if (block.to === this.position && clock !== null) this.clockState = clock;
    return MORE;
  }

  private async *chunks(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to;) {
      const chunk = await this.opened.read(at, Math.min(BLOCK_BYTES, to - at));
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
    }
  }

  private quiet(): Quiet {
    const { multilineMs } = this.patience;
    const now = this.clock();
    this.changedAt = Math.min(this.changedAt, now); // the clock may have been set back
    const quietMs = (now - this.changedAt) / MILLISECOND_US;
    if (quietMs >= this.lastLineMs) return { stillness: 'still', nextMs: Infinity };
    if (quietMs >= multilineMs) return { stillness: 'paused', nextMs: Math.ceil(this.lastLineMs - quietMs) };
    return { stillness: 'growing', nextMs: Math.ceil(multilineMs - quietMs) };
  }

  /** Of a file that has rotated away, a writer that is in the middle of a line will end it soon. */
  private get lastLineMs(): number {
    const { lastLineMs, multilineMs } = this.patience;
    return this.isSuperseded ? Math.min(lastLineMs, Math.max(multilineMs, ROTATED_LINE_MS)) : lastLineMs;
  }

  private async isReplaced(size: number): Promise<boolean> {
    if (this.opened.isArchive) return false;
    if (size < this.position) return true;
    const { prefix } = this.known;
    const beginning = await this.opened.read(0, PREFIX_BYTES);
    if (!matchesPrefix(prefix, beginning)) return true;
    if (prefix.length < PREFIX_BYTES && beginning.length > prefix.length) {
      this.known = { ...this.known, prefix: prefixOf(beginning) };
      this.sender.note(this.current());
    }
    return false;
  }
}
