const NEWLINE = 0x0a;
const COMMA = 0x2c;
/** How our source begins a line: see `packLine`. */
const BEGINNING = Buffer.from('{"t":');
/** A time in microseconds has 16 digits until the year 2286; more than 16 a double cannot hold. */
const MOST_DIGITS = 16;

/**
 * The times of a pack's records, in the order of its lines, without reading anything else of them; for who only counts.
 * Null when a line does not begin as our source writes it: then the pack must be read.
 */
export function packTimes(body: Buffer): number[] | null {
  const times: number[] = [];
  for (let start = 0; start < body.length;) {
    const time = timeOfLine(body, start);
    if (time === null) return null;
    times.push(time);
    const newline = body.indexOf(NEWLINE, start);
    start = newline < 0 ? body.length : newline + 1;
  }
  return times.length === 0 ? null : times;
}

function timeOfLine(body: Buffer, start: number): number | null {
  const digits = start + BEGINNING.length;
  if (body.compare(BEGINNING, 0, BEGINNING.length, start, Math.min(digits, body.length)) !== 0) return null;
  let time = 0;
  let at = digits;
  for (; at <= digits + MOST_DIGITS; at++) {
    const digit = (body[at] ?? 0) - 0x30;
    if (!(digit >= 0 && digit < 10)) break;
    time = time * 10 + digit;
  }
  return at > digits && body[at] === COMMA ? time : null;
}

/** The last lines of a pack, at most so many, in their order. */
export function lastLines(body: Buffer, most: number): Buffer[] {
  const lines: Buffer[] = [];
  let end = body.length;
  if (body[end - 1] === NEWLINE) end--;
  while (lines.length < most && end > 0) {
    const newline = body.lastIndexOf(NEWLINE, end - 1);
    lines.unshift(body.subarray(newline + 1, end));
    end = newline;
  }
  return lines;
}
