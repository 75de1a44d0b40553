/** What the scan below must tell apart: an escape, the border of a string, a number. */
const TOKEN = /\\.|"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Text without such a run of digits, and without such an exponent, holds no number that a double would spoil. */
const MAY_HOLD_LARGE_NUMBER = /\d{16}|\d[eE]\+?\d{3}/;

/**
 * JSON.parse, except that an integer beyond 2^53 and a number beyond all doubles become text, as they were written,
 * instead of a rounded number or infinity. Throws SyntaxError on text that is no JSON.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!MAY_HOLD_LARGE_NUMBER.test(text)) return value;
  let isInString = false;
  const exact = text.replace(TOKEN, (token) => {
    if (token === '"') isInString = !isInString;
    return isInString || token === '"' || isKeptByDouble(token) ? token : `"${token}"`;
  });
  return JSON.parse(exact);
}

function isKeptByDouble(token: string): boolean {
  const value = Number(token);
  return /^-?\d+$/.test(token) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

/** Whether a parsed JSON value is an object with names, so neither null nor an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
