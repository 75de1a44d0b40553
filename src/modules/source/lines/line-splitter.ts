import { isUtf8 } from 'node:buffer';
import { decodeText } from '../../../log/text-encoding';

/** One line of a stream, without its end. */
export interface Line {
  readonly text: string;
  /** Whether its bytes were no UTF-8 and were read as Latin-1, which keeps every one of them. */
  readonly isLatin1: boolean;
  /** Bytes at its end that were not kept, because the line is longer than the splitter holds; nearly always 0. */
  readonly droppedBytes: number;
}

/** Of a line that spans chunks, this much is kept. More than a record may hold, so that JSON lines can be read whole. */
export const MAX_HELD_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Cuts a stream of bytes into lines. LF or CRLF ends a line, and so does the end of the stream; empty lines are left out,
 * and a UTF-8 byte order mark at the beginning of a line is no text: files that were joined have them anywhere. Holds at
 * most `maxHeldBytes` and the chunk in hand, however long a line is.
 */
export class LineSplitter {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private droppedBytes = 0;

  constructor(private readonly maxHeldBytes: number = MAX_HELD_BYTES) {}

  /** The lines that end within the chunk. The chunk may be used again afterwards. */
  push(chunk: Buffer): Line[] {
    const firstEnd = chunk.indexOf(LF);
    if (firstEnd < 0) {
      this.hold(chunk);
      return [];
    }
    const lines: Line[] = [];
    let start = 0;
    if (this.heldBytes > 0) {
      this.hold(chunk.subarray(0, firstEnd));
      this.releaseHeld(lines);
      start = firstEnd + 1;
    }
    const lastEnd = chunk.lastIndexOf(LF);
    if (lastEnd >= start) this.addBlock(lines, chunk.subarray(start, lastEnd));
    this.hold(chunk.subarray(lastEnd + 1));
    return lines;
  }

  /** The last line, where the stream did not end with a line end. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.heldBytes > 0) this.releaseHeld(lines);
    return lines;
  }

  private hold(bytes: Buffer): void {
    const kept = bytes.subarray(0, Math.max(0, this.maxHeldBytes - this.heldBytes));
    if (kept.length > 0) this.held.push(Buffer.from(kept)); // a copy: the chunk is often reused, or much larger
    this.heldBytes += kept.length;
    this.droppedBytes += bytes.length - kept.length;
  }

  private releaseHeld(lines: Line[]): void {
    const { text, isLatin1 } = decodeText(Buffer.concat(this.held));
    this.addLine(lines, text, isLatin1, this.droppedBytes);
    this.held = [];
    this.heldBytes = 0;
    this.droppedBytes = 0;
  }

  /** Whole lines. Checked for UTF-8 all at once, since nearly all text is, and one by one only when that fails. */
  private addBlock(lines: Line[], block: Buffer): void {
    if (isUtf8(block)) {
      for (const text of block.toString('utf8').split('\n')) {
        this.addLine(lines, text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text, false, 0);
      }
      return;
    }
    for (let start = 0; start <= block.length;) {
      const newline = block.indexOf(LF, start);
      const end = newline < 0 ? block.length : newline;
      const { text, isLatin1 } = decodeText(block.subarray(start, end));
      this.addLine(lines, text, isLatin1, 0);
      start = end + 1;
    }
  }

  private addLine(lines: Line[], given: string, isLatin1: boolean, droppedBytes: number): void {
    const hasCr = given.charCodeAt(given.length - 1) === CR && droppedBytes === 0;
    const text = hasCr ? given.slice(0, -1) : given;
    if (text !== '') lines.push({ text, isLatin1, droppedBytes });
  }
}
