const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NIL_OR_MAX = /^(?:[0-]+|[f-]+)$/i;

/**
 * The 16 bytes of a UUID's text, or null when the text is none. Strict, because what is taken for a UUID makes messages
 * count as one: 32 digits without dashes may be a trace id that many messages share, and the nil and the maximal UUID
 * stand for "none".
 */
export function uuidBytes(text: string): Buffer | null {
  return UUID.test(text) && !NIL_OR_MAX.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : null;
}

/** The time within a UUIDv7 (RFC 9562 section 5.7), microseconds since the Unix epoch; null for other versions. */
export function uuidTime(bytes: Buffer): number | null {
  return (bytes.readUInt8(6) & 0xf0) === 0x70 ? bytes.readUIntBE(0, 6) * 1_000 : null;
}
