import { isUtf8 } from 'node:buffer';

/** Bytes as text, and whether they were Latin-1. */
export interface DecodedText {
  readonly text: string;
  readonly isLatin1: boolean;
}

/** Reads bytes as UTF-8; bytes that are no UTF-8 are read as Latin-1, which keeps every one of them. */
export function decodeText(bytes: Buffer): DecodedText {
  return isUtf8(bytes)
    ? { text: bytes.toString('utf8'), isLatin1: false }
    : { text: bytes.toString('latin1'), isLatin1: true };
}
