import type { Binary } from 'bson';
import { typeOf } from '../values/bson-type';
import { bytesOf } from '../compare';
import { asInteger, asNumber, worthOf } from '../values/numbers';
import { CommandError } from '../../command-error';
import { render } from '../values/render';

/** Which of the bits that a filter names must be set (https://www.mongodb.com/docs/v6.0/reference/operator/query-bitwise/). */
export const BIT_OPERATORS: ReadonlySet<string> = new Set([
  '$bitsAllSet',
  '$bitsAllClear',
  '$bitsAnySet',
  '$bitsAnyClear',
]);

/** The bits of one byte that are asked for. Byte n has the positions 8n (its lowest bit) to 8n + 7. */
interface ByteMask {
  readonly at: number;
  readonly mask: number;
}

/**
 * A test of the bits of a Binary of any length or of a whole number: bits beyond the end of a Binary are clear, those
 * beyond the 64 of a number repeat its sign. Other values never pass.
 *
 * @param given a number, a list of positions, or a Binary, whose set bits are the ones asked for.
 */
export function compileBits(operator: string, given: unknown): (value: unknown) => boolean {
  const masks = masksOf(operator, given);
  const length = Math.max(0, ...masks.map(({ at }) => at + 1));
  const wantsSet = operator.endsWith('Set');
  const wantsAll = operator.startsWith('$bitsAll');
  return (value) => {
    const bytes = bytesWithBits(value, length);
    if (bytes === null) return false;
    for (const { at, mask } of masks) {
      const byte = bytes[at] ?? 0;
      const found = (wantsSet ? byte : ~byte) & mask;
      if (wantsAll && found !== mask) return false;
      if (!wantsAll && found !== 0) return true;
    }
    return wantsAll;
  };
}

/** A value's bytes, least significant first; of a number at least as many as are looked at. */
function bytesWithBits(value: unknown, length: number): Uint8Array | null {
  if (typeOf(value) === 'binData') return bytesOf(value as Binary);
  const worth = worthOf(value);
  if (worth === null || (typeof worth === 'number' && !Number.isInteger(worth))) return null;
  const whole = BigInt(worth);
  if (BigInt.asIntN(64, whole) !== whole) return null;
  const bytes = Buffer.alloc(Math.max(8, length), whole < 0n ? 0xff : 0);
  bytes.writeBigInt64LE(whole);
  return bytes;
}

function masksOf(operator: string, given: unknown): ByteMask[] {
  if (Array.isArray(given)) return masksOfPositions(given.map((position, at) => positionOf(position, at)));
  if (typeOf(given) === 'binData') return masksOfBytes(bytesOf(given as Binary));
  const worth = worthOf(given);
  if (worth === null)
    throw new CommandError(
      'BadValue',
      `${operator} takes an Array, a number, or a BinData but received: ${render(given)}`,
    );
  if (typeof worth === 'number' && !Number.isInteger(worth)) {
    throw new CommandError('FailedToParse', `Expected an integer: ${operator}: ${worth}`);
  }
  if (worth < 0) throw new CommandError('FailedToParse', `Expected a non-negative number in: ${operator}: ${worth}`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(worth));
  return masksOfBytes(bytes);
}

function positionOf(given: unknown, at: number): number {
  const position = asInteger(given);
  if (asNumber(given) === null) {
    throw new CommandError('BadValue', `Failed to parse bit position. Expected a number in: ${at}: ${render(given)}`);
  }
  if (position === null)
    throw new CommandError(
      'FailedToParse',
      `Failed to parse bit position. Expected an integer: ${at}: ${render(given)}`,
    );
  if (position < 0)
    throw new CommandError(
      'BadValue',
      `Failed to parse bit position. Expected a non-negative number in: ${at}: ${position}`,
    );
  return position;
}

function masksOfPositions(positions: readonly number[]): ByteMask[] {
  const masks = new Map<number, number>();
  for (const position of positions) {
    const at = position >>> 3;
    masks.set(at, (masks.get(at) ?? 0) | (1 << (position & 7)));
  }
  return [...masks].map(([at, mask]) => ({ at, mask }));
}

function masksOfBytes(bytes: Uint8Array): ByteMask[] {
  return [...bytes].map((mask, at) => ({ at, mask })).filter(({ mask }) => mask !== 0);
}
