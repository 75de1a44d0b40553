import { decodeText } from '../../../log/text-encoding';
import { isContinuation, mayGoOn } from './continuation';
import { type DockerLine, parseDockerLine } from './docker-line';
import { MAX_JOINED_LENGTH, MAX_JOINED_LINES } from './join-lines';

/**
 * How long nothing has come any more: `growing`, the last record may go on; `paused`, it is whole, though a last line
 * without an end may not be; `still`, all is whole.
 */
export type Stillness = 'growing' | 'paused' | 'still';

const LF = 0x0a;
/** Docker's streams are interleaved; a line of another stream further back is not looked for. */
const DOCKER_TAIL_LINES = 64;

/**
 * How much of the bytes at hand, from their beginning, can be read now so that no record is cut in two; 0 when it is
 * better to wait for more. Only a guess at what belongs together: what is read of a block depends on its bytes alone.
 */
export function cutBlock(bytes: Buffer, stillness: Stillness, multiline: boolean): number {
  if (stillness === 'still') return bytes.length;
  const linesEnd = bytes.lastIndexOf(LF) + 1;
  if (linesEnd === 0) return 0;
  const mayBeContinued = multiline && stillness === 'growing';
  const last = textOfLine(bytes, linesEnd);
  const docker = parseDockerLine(last.text);
  if (docker !== null) return cutDocker(bytes, linesEnd, mayBeContinued);
  return mayBeContinued && mayGoOn(last.text) ? startOfLastRecord(bytes, linesEnd) : linesEnd;
}

interface TailLine {
  /** Offset of its first byte. */
  readonly start: number;
  readonly text: string;
}

/** The line that ends (its LF included) before `end`. */
function textOfLine(bytes: Buffer, end: number): TailLine {
  const start = end < 2 ? 0 : bytes.lastIndexOf(LF, end - 2) + 1;
  const { text } = decodeText(bytes.subarray(start, Math.min(end - 1, start + MAX_JOINED_LENGTH)));
  return { start, text: text.endsWith('\r') ? text.slice(0, -1) : text };
}

/** Where the last record begins; all lines where it is longer than a record may be. */
function startOfLastRecord(bytes: Buffer, linesEnd: number): number {
  let end = linesEnd;
  for (let lines = 0; end > 0 && lines < MAX_JOINED_LINES && linesEnd - end < MAX_JOINED_LENGTH; lines++) {
    const { start, text } = textOfLine(bytes, end);
    if (text !== '' && !isContinuation(text)) return start;
    end = start;
  }
  return end === 0 && linesEnd < MAX_JOINED_LENGTH ? 0 : linesEnd;
}

interface DockerTailLine {
  readonly start: number;
  readonly end: number;
  readonly line: DockerLine;
}

function cutDocker(bytes: Buffer, linesEnd: number, mayBeContinued: boolean): number {
  const tail = dockerTail(bytes, linesEnd);
  for (let i = tail.length; i > 0; i--) {
    const end = tail[i - 1]?.end ?? linesEnd;
    if (isBetweenRecords(tail.slice(0, i), tail.slice(i), mayBeContinued)) return end;
  }
  const start = tail[0]?.start ?? linesEnd;
  return start === 0 && tail.length < DOCKER_TAIL_LINES ? 0 : start === 0 ? linesEnd : start;
}

function dockerTail(bytes: Buffer, linesEnd: number): DockerTailLine[] {
  const tail: DockerTailLine[] = [];
  for (let end = linesEnd; end > 0 && tail.length < DOCKER_TAIL_LINES;) {
    const { start, text } = textOfLine(bytes, end);
    const line = parseDockerLine(text);
    if (line === null) break;
    tail.unshift({ start, end, line });
    end = start;
  }
  return tail;
}

/** Whether no stream has a record on both sides. */
function isBetweenRecords(before: DockerTailLine[], after: DockerTailLine[], mayBeContinued: boolean): boolean {
  for (const stream of ['stdout', 'stderr']) {
    const last = before.findLast(({ line }) => line.stream === stream)?.line;
    const next = after.find(({ line }) => line.stream === stream)?.line;
    if (last === undefined) continue;
    if (!last.isWhole) return false;
    if (!mayBeContinued || !mayGoOn(last.text)) continue;
    const isLastOfAll = before.at(-1)?.line === last;
    if (next === undefined ? isLastOfAll : isContinuation(next.text)) return false;
  }
  return true;
}
