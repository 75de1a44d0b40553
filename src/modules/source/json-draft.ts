import { isJsonObject, parseJson } from '../../log/json';
import { draftFromJson } from '../../log/json-record';
import type { RecordDraft } from '../../log/record-draft';
import type { RefusedItem } from './refused-item';

/** What a JSON text says of one record; refused when it is no JSON, no object, or an object with nothing in it. */
export function draftOfJsonText(text: string): RecordDraft | RefusedItem {
  const value = parseJsonText(text);
  return 'json' in value ? draftOfJsonValue(value.json) : value;
}

/** Parses a JSON text. Wrapped, because any value can come out of it. */
export function parseJsonText(text: string): { readonly json: unknown } | RefusedItem {
  try {
    return { json: parseJson(text) };
  } catch (error) {
    // The parser's words quote a few characters of the text at most.
    return { reason: 'malformed', message: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** As {@link draftOfJsonText}, of a value that was parsed already. */
export function draftOfJsonValue(value: unknown): RecordDraft | RefusedItem {
  if (!isJsonObject(value)) return { reason: 'malformed', message: `${kindOf(value)} where a JSON object is expected` };
  try {
    return draftFromJson(value) ?? { reason: 'empty', message: 'a JSON object with nothing in it' };
  } catch (error) {
    // Deep arrays are kept as JSON text, and V8 reads more levels than it can write.
    if (!(error instanceof RangeError)) throw error;
    return { reason: 'malformed', message: `nested too deeply: ${error.message}` };
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
