import { AmqpError } from '../reply-codes';
import { field, integerOf, textOf, typeNameOf, type FieldTable } from '../wire/field-table';

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

/**
 * The same for arguments; whole numbers of different widths are the same, and so is what is left out and its default.
 *
 * @throws as `mustBeSame`.
 */
export function mustHaveSameArguments(
  names: readonly string[],
  received: FieldTable,
  current: FieldTable,
  where: string,
): void {
  for (const name of names) {
    const [here, there] = [received.get(name), current.get(name)];
    if (comparable(name, here) === comparable(name, there)) continue;
    const describe = here && there ? shown : described;
    throw inequivalent(name, where, describe(here), describe(there));
  }
}

const CLASSIC = field.text('classic');

function comparable(name: string, value: Buffer | undefined): string | number | undefined {
  const meant = value ?? (name === 'x-queue-type' ? CLASSIC : undefined);
  return integerOf(meant) ?? meant?.toString('hex');
}

function described(value: Buffer | undefined): string {
  if (value === undefined) return 'none';
  return `the value ${shown(value)} of type '${typeNameOf(value)}'`;
}

function shown(value: Buffer | undefined): string {
  return `'${textOf(value) ?? integerOf(value) ?? value?.toString('hex', 1)}'`;
}
