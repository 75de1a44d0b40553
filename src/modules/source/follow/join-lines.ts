import type { Line } from '../lines/line-splitter';
import type { LineEnvelope } from '../record-reader';
import { isContinuation, mayGoOn } from './continuation';
import { parseDockerLine } from './docker-line';

/** The text of one record, perhaps of several lines, with `\n` between them. */
export interface JoinedLine extends Line {
  readonly envelope: LineEnvelope | null;
}

/** A record takes no more lines, */
export const MAX_JOINED_LINES = 500;
/** and no more characters. What comes after is a record of its own. */
export const MAX_JOINED_LENGTH = 256 * 1024;

interface Growing {
  readonly stream: string;
  text: string;
  isLatin1: boolean;
  droppedBytes: number;
  readonly envelope: LineEnvelope | null;
  lines: number;
  isWhole: boolean;
}

const NO_STREAM = '';

/**
 * Takes lines out of Docker's wrapping and joins those that are one record: the pieces of a line that Docker has cut, and,
 * where `multiline`, lines that go on with the one before in the same stream. What is joined depends on the lines alone,
 * never on how many come at once. A record's place is that of its first line.
 */
export class LineJoiner {
  /** In the order of their first lines; those before the first that may go on are given out. */
  private joined: Growing[] = [];
  private readonly latest = new Map<string, Growing>();

  constructor(private readonly multiline: boolean) {}

  /** Takes the next lines; returns the records that nothing can be joined to any more. */
  push(lines: readonly Line[]): JoinedLine[] {
    for (const line of lines) this.add(line);
    const open = this.joined.findIndex((one) => this.mayGrow(one));
    return this.joined.splice(0, open < 0 ? Infinity : open);
  }

  /** The records that are left when no more lines come. */
  end(): JoinedLine[] {
    return this.joined.splice(0);
  }

  private add(line: Line): void {
    const docker = parseDockerLine(line.text);
    const stream = docker?.stream ?? NO_STREAM;
    const text = docker === null ? line.text : docker.text;
    const isWhole = docker?.isWhole ?? true;
    const before = this.latest.get(stream);
    if (before !== undefined && !before.isWhole && hasRoom(before, text)) return grow(before, '', text, line, isWhole);
    if (text === '') return;
    if (this.multiline && before !== undefined && goesOn(before, text)) return grow(before, '\n', text, line, isWhole);
    const { isLatin1, droppedBytes } = line;
    const next = { stream, text, isLatin1, droppedBytes, envelope: docker?.envelope ?? null, lines: 1, isWhole };
    this.joined.push(next);
    this.latest.set(stream, next);
  }

  private mayGrow(one: Growing): boolean {
    return this.latest.get(one.stream) === one && (!one.isWhole || (this.multiline && mayGoOn(one.text)));
  }
}

function goesOn(before: Growing, text: string): boolean {
  return isContinuation(text) && before.isWhole && mayGoOn(before.text) && hasRoom(before, text);
}

function hasRoom(before: Growing, text: string): boolean {
  return before.lines < MAX_JOINED_LINES && before.text.length + text.length < MAX_JOINED_LENGTH;
}

function grow(before: Growing, separator: string, text: string, line: Line, isWhole: boolean): void {
  before.text += separator + text;
  before.isLatin1 ||= line.isLatin1;
  before.droppedBytes += line.droppedBytes;
  before.lines += separator === '' ? 0 : 1;
  before.isWhole = isWhole;
}
