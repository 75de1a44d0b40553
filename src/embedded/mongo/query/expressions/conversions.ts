import { Double, Int32, Long } from 'bson';
import { isNumberType, typeOf } from '../values/bson-type';
import { type OperatorTable, unary, variadic } from './operator';
import { type Worth, worthOf } from '../values/numbers';
import { notImplemented, CommandError } from '../../command-error';
import { isTrue } from '../values/truth';

/** Types, changes of type, and text. Null or missing makes null. */
export const CONVERSIONS: OperatorTable = {
  $type: unary((value) => typeOf(value)),
  $isNumber: unary((value) => isNumberType(typeOf(value))),
  $toBool: unary((value) => (value == null ? null : isTrue(value))),
  $toInt: unary((value, name) => toInteger(value, name, 32)),
  $toLong: unary((value, name) => toInteger(value, name, 64)),
  $toDouble: unary((value, name) => (value == null ? null : new Double(Number(numberFrom(value, name))))),
  $toDate: unary((value, name) => (value == null ? null : toDate(value, name))),
  $concat: variadic((values) => {
    let text = '';
    for (const value of values) {
      if (value == null) return null;
      if (typeof value !== 'string')
        throw new CommandError(16702, `$concat only supports strings, not ${typeOf(value)}`);
      text += value;
    }
    return text;
  }),
};

function toInteger(value: unknown, name: string, bits: 32 | 64): Int32 | Long | null {
  if (value == null) return null;
  const worth = numberFrom(value, name);
  if (typeof value === 'string' && !/^[+-]?\d+$/.test(value))
    throw conversionFailure(`Failed to parse number '${value}' in $convert with no onError value`);
  if (!Number.isFinite(Number(worth)))
    throw conversionFailure(
      'Attempt to convert NaN or infinity value to integer type in $convert with no onError value',
    );
  const whole = BigInt(typeof worth === 'number' ? Math.trunc(worth) : worth);
  if (BigInt.asIntN(bits, whole) !== whole)
    throw conversionFailure(`Conversion would overflow target type in $convert with no onError value: ${worth}`);
  return bits === 32 ? new Int32(Number(whole)) : Long.fromBigInt(whole);
}

function toDate(value: unknown, name: string): Date {
  if (typeOf(value) === 'date') return value as Date;
  if (typeOf(value) === 'long' || typeOf(value) === 'double') return new Date(Math.trunc(Number(worthOf(value))));
  throw unsupported(value, name);
}

function numberFrom(value: unknown, name: string): Worth {
  const worth = worthOf(value);
  if (worth !== null) return worth;
  if (typeof value === 'boolean') return Number(value);
  if (typeOf(value) === 'date' && name !== '$toInt') return Number(value);
  if (typeof value === 'string') return numberInText(value);
  throw unsupported(value, name);
}

function numberInText(text: string): Worth {
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace('+', ''));
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    throw conversionFailure(`Failed to parse number '${text}' in $convert with no onError value`);
  }
  return Number(text);
}

function unsupported(value: unknown, name: string): CommandError {
  if (['objectId', 'timestamp', 'string'].includes(typeOf(value))) return notImplemented(`${name} of ${typeOf(value)}`);
  const target = name.slice('$to'.length).toLowerCase();
  return conversionFailure(
    `Unsupported conversion from ${typeOf(value)} to ${target} in $convert with no onError value`,
  );
}

function conversionFailure(message: string): CommandError {
  return new CommandError('ConversionFailure', message);
}
