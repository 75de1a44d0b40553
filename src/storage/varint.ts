/** A number below 2^53 takes at most this many bytes. */
export const MAX_VARINT_BYTES = 8;

const FITS_BITWISE = 2 ** 31;

/**
 * Writes a non-negative integer below 2^53, seven bits a byte, lowest first, the high bit set on all but the last byte.
 * Returns the position after it.
 */
export function writeVarint(into: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = value;
  while (rest >= FITS_BITWISE) {
    into[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 0x80) {
    into[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  into[at++] = rest;
  return at;
}

/** Reads what {@link writeVarint} wrote, one number after the other. Throws RangeError where the bytes are no such thing. */
export class VarintReader {
  constructor(
    private readonly bytes: Uint8Array,
    public position = 0,
  ) {}

  next(): number {
    const { bytes } = this;
    let byte = this.byteAt(this.position++);
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 128;
    const end = this.position + MAX_VARINT_BYTES - 1;
    while (this.position < end) {
      byte = bytes[this.position] ?? this.byteAt(this.position);
      this.position++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return checked(value);
      scale *= 128;
    }
    throw new RangeError('a number longer than 8 bytes');
  }

  private byteAt(position: number): number {
    const byte = this.bytes[position];
    if (byte === undefined) throw new RangeError('the bytes end inside a number');
    return byte;
  }
}

function checked(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number beyond 2^53');
  return value;
}
