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
 * where `multiline`, lines that go on with the one before in the same stream. Depends on these lines alone. A record's
 * place is that of its first line.
 */
export function joinLines(lines: readonly Line[], multiline: boolean): JoinedLine[] {
  const joined: Growing[] = [];
  const latest = new Map<string, Growing>();
  for (const line of lines) {
    const docker = parseDockerLine(line.text);
    const stream = docker?.stream ?? NO_STREAM;
    const text = docker === null ? line.text : docker.text;
    const isWhole = docker?.isWhole ?? true;
    const before = latest.get(stream);
    if (before !== undefined && !before.isWhole && hasRoom(before, text)) grow(before, '', text, line, isWhole);
    else if (text === '') continue;
    else if (multiline && before !== undefined && goesOn(before, text)) grow(before, '\n', text, line, isWhole);
    else {
      const { isLatin1, droppedBytes } = line;
      const next = { text, isLatin1, droppedBytes, envelope: docker?.envelope ?? null, lines: 1, isWhole };
      joined.push(next);
      latest.set(stream, next);
    }
  }
  return joined;
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
