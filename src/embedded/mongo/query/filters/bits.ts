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

const MAX_POSITION = 2 ** 31 - 1;

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
  const wantsSet = operator.endsWith('Set');
  const wantsAll = operator.startsWith('$bitsAll');
  return (value) => {
    const bits = bitsOf(value);
    if (bits === null) return false;
    for (const { at, mask } of masks) {
      const byte = bits.bytes[at] ?? bits.beyond;
      const found = (wantsSet ? byte : ~byte) & mask;
      if (wantsAll && found !== mask) return false;
      if (!wantsAll && found !== 0) return true;
    }
    return wantsAll;
  };
}

/** A value's bytes, least significant first, and what every byte beyond them is. */
function bitsOf(value: unknown): { readonly bytes: Uint8Array; readonly beyond: number } | null {
  if (typeOf(value) === 'binData') return { bytes: bytesOf(value as Binary), beyond: 0 };
  const worth = worthOf(value);
  if (worth === null || (typeof worth === 'number' && !Number.isInteger(worth))) return null;
  const whole = BigInt(worth);
  if (BigInt.asIntN(64, whole) !== whole) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(whole);
  return { bytes, beyond: whole < 0n ? 0xff : 0 };
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
  if (BigInt.asIntN(64, BigInt(worth)) !== BigInt(worth)) {
    throw new CommandError('FailedToParse', `Cannot represent as a 64-bit integer: ${operator}: ${worth}`);
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
    throw new CommandError('BadValue', `Failed to parse bit position. Expected an integer: ${at}: ${render(given)}`);
  if (position > MAX_POSITION)
    throw new CommandError(
      'BadValue',
      `Failed to parse bit position. Cannot represent as a 32-bit integer: ${at}: ${render(given)}`,
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
