import { Int32, Timestamp } from 'bson';
import { isNumberType, typeOf } from '../values/bson-type';
import { compareValues } from '../compare';
import { asDocument, fieldOf, type QueryContext } from '../document';
import { ADDITION, type Arithmetic, combine, MULTIPLICATION } from '../values/numbers';
import { CommandError } from '../../command-error';
import { render } from '../values/render';
import type { Application, Change } from './update-tree';

/** Makes the change that an operator asks for at one path, from what it is given for that path. */
export type MakeChange = (given: unknown, path: string, context: QueryContext) => Change;

const always = () => true;
const never = () => false;

/** The operators that change a value whatever it is, or as a number. */
export const VALUE_OPERATORS: Readonly<Record<string, MakeChange>> = {
  $set: (given) => ({ creates: always, apply: () => given }),
  $unset: () => ({ creates: never, apply: () => undefined }),
  $setOnInsert: (given) => ({
    creates: ({ isInsert }) => isInsert,
    apply: (current, _path, { isInsert }) => (isInsert ? given : current),
  }),
  $min: (given) => extreme(given, (order) => order < 0),
  $max: (given) => extreme(given, (order) => order > 0),
  $inc: (given, path) => arithmetic('$inc', given, path, ADDITION),
  $mul: (given, path) => arithmetic('$mul', given, path, MULTIPLICATION),
  $currentDate: (given, _path, { now }) => {
    const value = currentDate(given, now);
    return { creates: always, apply: () => value };
  },
};

function extreme(given: unknown, isBetter: (order: number) => boolean): Change {
  return {
    creates: always,
    apply: (current) => (current === undefined || isBetter(compareValues(given, current)) ? given : current),
  };
}

function arithmetic(name: string, given: unknown, path: string, operation: Arithmetic): Change {
  if (!isNumberType(typeOf(given))) {
    const verb = name === '$inc' ? 'increment' : 'multiply';
    throw new CommandError('TypeMismatch', `Cannot ${verb} with non-numeric argument: {${path}: ${render(given)}}`);
  }
  return {
    creates: always,
    apply: (current, at, application) => {
      if (current === undefined) return name === '$inc' ? given : combine(given, new Int32(0), operation);
      if (!isNumberType(typeOf(current))) throw notNumeric(name, current, at, application);
      const result = combine(current, given, operation);
      if (result !== null) return result;
      const what = `current value ((NumberLong)${render(current)})`;
      throw new CommandError(
        'BadValue',
        `Failed to apply ${name} operations to ${what} for document ${idOf(application)}`,
      );
    },
  };
}

function notNumeric(name: string, current: unknown, path: string, application: Application): CommandError {
  const last = path.split('.').at(-1) ?? path;
  return new CommandError(
    'TypeMismatch',
    `Cannot apply ${name} to a value of non-numeric type. ${idOf(application)} has the field '${last}' of non-numeric ` +
      `type ${typeOf(current)}`,
  );
}

/** How messages name the document. */
export function idOf({ document }: Application): string {
  const id = fieldOf(document, '_id');
  return id === undefined ? '{no id}' : `{_id: ${render(id)}}`;
}

function currentDate(given: unknown, now: Date): Date | Timestamp {
  if (typeof given === 'boolean') return now;
  const options = asDocument(given);
  if (options === null) {
    const type = typeOf(given);
    throw new CommandError(
      'BadValue',
      `${type} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  const unknown = Object.keys(options).find((name) => name !== '$type');
  if (unknown !== undefined) throw new CommandError('BadValue', `Unrecognized $currentDate option: ${unknown}`);
  if (options.$type === 'date') return now;
  if (options.$type === 'timestamp') return new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 });
  throw new CommandError(
    'BadValue',
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}
