import { type Attributes, emptyAttributes, type LogRecord, NO_ATTRIBUTES } from '../log/log-record';
import { isJsonObject } from '../log/json';
import type { Block, Chunk, ChunkHeader } from './chunk';
import { readField } from './chunk-unreadable';
import { unpackColumn } from './codec';
import { VarintReader } from './varint';

/**
 * A column of texts. `text` is all of them, one after the other: whoever looks for a word can look there first. What
 * `at` returns may share memory with it: copy what is to outlive the search by much.
 */
export class TextColumn {
  private lower: string | null = null;

  constructor(
    readonly text: string,
    /** Where each text begins in `text`; one more than there are texts, the last its end. */
    private readonly starts: Uint32Array,
    /** Whether all of `text` is ASCII, so that it may be looked at as a whole, whatever the case. */
    readonly isAscii: boolean,
  ) {}

  get count(): number {
    return this.starts.length - 1;
  }

  /** `text` in lower case, made once however many words are looked for; positions are those of `text` if it is ASCII. */
  get lowerCaseText(): string {
    return (this.lower ??= this.text.toLowerCase());
  }

  at(index: number): string {
    return this.text.slice(this.starts[index], this.starts[index + 1]);
  }

  /** The text that holds the character at this position of `text`. */
  indexAt(position: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where the text at `index` begins in `text`. */
  startOf(index: number): number {
    return this.starts[index] ?? this.text.length;
  }
}

type Owner = Pick<ChunkHeader, '_id' | 'codec' | 'service' | 'severity'>;

/**
 * One block, opened a column at a time: each is decompressed when it is first asked for, and kept as long as this
 * object. Every method throws {@link ChunkUnreadable} when the bytes are damaged.
 */
export class OpenBlock {
  private openTimes: Float64Array | null = null;
  private openBodies: TextColumn | null = null;
  private openAttributes: TextColumn | null = null;

  constructor(
    private readonly chunk: Owner,
    private readonly block: Block,
  ) {}

  get count(): number {
    return this.block.count;
  }

  /** Microseconds, ascending. */
  times(): Float64Array {
    this.openTimes ??= readField(this.chunk._id, 'times', () => decodeTimes(this.block, this.chunk));
    return this.openTimes;
  }

  bodies(): TextColumn {
    this.openBodies ??= readField(this.chunk._id, 'bodies', () =>
      decodeTexts(this.block.bodies.value(), this.block.count, this.chunk),
    );
    return this.openBodies;
  }

  /** The attributes' JSON, empty text where a record has none; null when no record of the block has any. */
  attributesJson(): TextColumn | null {
    const column = this.block.attributes;
    if (column === undefined) return null;
    this.openAttributes ??= readField(this.chunk._id, 'attributes', () =>
      decodeTexts(column.value(), this.block.count, this.chunk),
    );
    return this.openAttributes;
  }

  attributes(index: number): Attributes {
    const json = this.attributesJson()?.at(index) ?? '';
    return json === '' ? NO_ATTRIBUTES : readField(this.chunk._id, 'attributes', () => parseAttributes(json));
  }

  record(index: number): LogRecord {
    const { service, severity } = this.chunk;
    const timestamp = this.times()[index] ?? NaN;
    return { timestamp, service, severity, body: this.bodies().at(index), attributes: this.attributes(index) };
  }
}

/** Opens one block of a chunk; nothing is decompressed yet. */
export function openBlock(chunk: Owner, block: Block): OpenBlock {
  return new OpenBlock(chunk, block);
}

/** All records of a chunk, in their order. */
export function recordsOf(chunk: Owner & Pick<Chunk, 'blocks'>): LogRecord[] {
  return chunk.blocks.flatMap((block) => {
    const open = openBlock(chunk, block);
    return Array.from({ length: open.count }, (_, index) => open.record(index));
  });
}

function decodeTimes(block: Block, chunk: Owner): Float64Array {
  const reader = new VarintReader(unpackColumn(block.times.value(), chunk.codec));
  const times = new Float64Array(checkedCount(block.count));
  let time = block.from;
  for (let i = 0; i < times.length; i++) {
    time += reader.next();
    times[i] = time;
  }
  if (time !== block.to) throw new Error(`ends at ${time}, where the block says ${block.to}`);
  return times;
}

function decodeTexts(column: Uint8Array, count: number, chunk: Owner): TextColumn {
  const raw = unpackColumn(column, chunk.codec);
  const reader = new VarintReader(raw);
  const starts = new Uint32Array(checkedCount(count) + 1);
  let end = 0;
  for (let i = 1; i < starts.length; i++) {
    end += reader.next();
    starts[i] = end;
  }
  const text = raw.toString('utf8', reader.position);
  if (text.length !== end) throw new Error(`${text.length} characters, where their lengths add up to ${end}`);
  return new TextColumn(text, starts, raw.length - reader.position === text.length);
}

/** A damaged count must not become an allocation. */
function checkedCount(count: number): number {
  if (!Number.isInteger(count) || count < 1 || count > 1_000_000) throw new Error(`a block of ${count} records`);
  return count;
}

function parseAttributes(json: string): Attributes {
  const parsed: unknown = JSON.parse(json);
  if (!isJsonObject(parsed)) throw new Error('no JSON object');
  const attributes = emptyAttributes();
  for (const name of Object.keys(parsed)) {
    const value = parsed[name];
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new Error(`attribute ${JSON.stringify(name)} is neither text, number nor boolean`);
    }
    attributes[name] = value;
  }
  return attributes;
}
