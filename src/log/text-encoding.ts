import { isUtf8 } from 'node:buffer';

const BYTE_ORDER_MARK = 0xfeff;

/** Bytes as text, and whether they were Latin-1. */
export interface DecodedText {
  readonly text: string;
  readonly isLatin1: boolean;
}

/**
 * Reads bytes as UTF-8, without a byte order mark at their beginning; bytes that are no UTF-8 are read as Latin-1, which
 * keeps every one of them.
 */
export function decodeText(bytes: Buffer): DecodedText {
  if (!isUtf8(bytes)) return { text: bytes.toString('latin1'), isLatin1: true };
  const text = bytes.toString('utf8');
  return { text: text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text, isLatin1: false };
}
