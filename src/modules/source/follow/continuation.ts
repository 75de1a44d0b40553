const SPACE = 0x20;
const TAB = 0x09;
const OPENING_BRACE = 0x7b;

/** Frames that stand at the beginning of a line, as where a framework has trimmed them, and PHP's, which always do. */
const FRAME =
  /^(?:at \S.*[):]|at \S+$|Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames)|#\d+ (?:\{main\}|\[internal function\]|\S+\(\d+\):))/;

/** Few lines begin so, and most of the others are told apart by this alone. */
const FRAME_STARTS = new Set(Array.from('aCS.#', (start) => start.charCodeAt(0)));

/** Whether a line goes on with the record of the line before: white space first, or a frame of a stack trace. */
export function isContinuation(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === SPACE || first === TAB) return true;
  return FRAME_STARTS.has(first) && FRAME.test(text);
}

/** Whether a record may go on after this line: a JSON object is one line. */
export function mayGoOn(text: string): boolean {
  return text.charCodeAt(0) !== OPENING_BRACE;
}
