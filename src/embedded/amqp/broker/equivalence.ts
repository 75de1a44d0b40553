import { AmqpError } from '../reply-codes';
import type { FieldTable } from '../wire/field-table';
import { integerOf, textOf } from '../wire/field-table';

/** What RabbitMQ calls the types of field tables. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  S: 'longstr',
  I: 'signedint',
  i: 'unsignedint',
  D: 'decimal',
  T: 'timestamp',
  F: 'table',
  A: 'array',
  b: 'byte',
  B: 'unsignedbyte',
  d: 'double',
  f: 'float',
  l: 'long',
  s: 'short',
  u: 'unsignedshort',
  t: 'bool',
  x: 'binary',
  V: 'void',
};

function inequivalent(name: string, where: string, received: string, current: string): AmqpError {
  const text = `inequivalent arg '${name}' for ${where}: received ${received} but current is ${current}`;
  return new AmqpError('PRECONDITION_FAILED', text);
}

/**
 * A second declaration must say what the first said.
 *
 * @param where `queue 'a' in vhost '/'`.
 * @throws AmqpError PRECONDITION_FAILED that names the first difference.
 */
export function mustBeSame<Names extends Readonly<Record<string, string>>>(
  names: Names,
  received: Readonly<Record<keyof Names, unknown>>,
  current: Readonly<Record<keyof Names, unknown>>,
  where: string,
): void {
  for (const [key, name] of Object.entries(names)) {
    if (received[key] !== current[key]) {
      throw inequivalent(name, where, `'${String(received[key])}'`, `'${String(current[key])}'`);
    }
  }
}

/** The same for arguments; whole numbers of different widths are the same. @throws as `mustBeSame`. */
export function mustHaveSameArguments(
  names: readonly string[],
  received: FieldTable,
  current: FieldTable,
  where: string,
): void {
  for (const name of names) {
    const [here, there] = [received.get(name), current.get(name)];
    if (valueOf(here) !== valueOf(there)) throw inequivalent(name, where, described(here), described(there));
  }
}

function valueOf(value: Buffer | undefined): string | number | undefined {
  return integerOf(value) ?? value?.toString('hex');
}

function described(value: Buffer | undefined): string {
  if (value === undefined) return 'none';
  const shown = textOf(value) ?? integerOf(value) ?? value.subarray(1).toString('hex');
  return `the value '${shown}' of type '${TYPE_NAMES[String.fromCharCode(value[0] ?? 0)]}'`;
}
