import type { Binary, Code, ObjectId, Timestamp } from 'bson';
import { typeOf } from './values/bson-type';
import { bytesOf, regExpOf, subtypeOf, textOf } from './compare';
import { asDocument, type Document } from './document';
import { type Worth, worthOf } from './values/numbers';

/**
 * A text for hash indexes: the same for two values exactly where `equalValues` says that they are equal. Every text tells
 * where it ends, so that several may stand one behind the other.
 */
export function valueKey(value: unknown): string {
  switch (typeOf(value)) {
    case 'missing':
      return '-';
    case 'null':
      return '0';
    case 'minKey':
      return '<';
    case 'maxKey':
      return '>';
    case 'int':
    case 'long':
    case 'double':
    case 'decimal':
      return `n${numberKey(worthOf(value) ?? NaN)};`;
    case 'string':
    case 'symbol':
      return `s${textKey(textOf(value))}`;
    case 'object':
      return `{${documentKey(asDocument(value) ?? {})}}`;
    case 'array':
      return `[${(value as unknown[]).map(valueKey).join('')}]`;
    case 'binData':
      return binaryKey(value as Binary | Uint8Array);
    case 'objectId':
      return `o${(value as ObjectId).toHexString()}`;
    case 'bool':
      return value === true ? 't' : 'f';
    case 'date':
      return `d${Number(value)};`;
    case 'timestamp':
      return `T${(value as Timestamp).toBigInt()};`;
    case 'regex':
      return regExpKey(value);
    case 'javascript':
    case 'javascriptWithScope':
      return codeKey(value as Code);
  }
}

/** A double and a Long of the same worth must have the same text, a Long that no double is equal to one of its own. */
function numberKey(worth: Worth): string {
  if (typeof worth === 'number') return String(worth === 0 ? 0 : worth);
  const near = Number(worth);
  // Marked, because a double's text is rounded: that of 2^62 is the text of a Long next to it.
  return BigInt(near) === worth ? String(near) : `${worth}L`;
}

function textKey(text: string): string {
  return `${text.length}:${text}`;
}

function documentKey(document: Document): string {
  let key = '';
  for (const name of Object.keys(document)) key += textKey(name) + valueKey(document[name]);
  return key;
}

function binaryKey(value: Binary | Uint8Array): string {
  const bytes = bytesOf(value);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return `b${subtypeOf(value)}:${textKey(text)}`;
}

function regExpKey(value: unknown): string {
  const { pattern, options } = regExpOf(value);
  return `r${textKey(pattern)}${textKey(options)}`;
}

function codeKey({ code, scope }: Code): string {
  return `c${textKey(code)}${scope == null ? '' : `{${documentKey(scope)}}`}`;
}
