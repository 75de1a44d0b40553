import { typeOf } from '../values/bson-type';
import { compareValues, equalValues } from '../compare';
import { asDocument, type Document, fieldOf, firstName, type QueryContext } from '../document';
import { compileFilter } from '../filter';
import { holdsFor } from '../filters/condition';
import { conditionsOf } from '../filters/conditions';
import { asInteger, asNumber } from '../values/numbers';
import { CommandError } from '../../command-error';
import { render } from '../values/render';
import { compileSort } from '../sort';
import { idOf, type MakeChange } from './value-operators';
import type { Change } from './update-tree';

/** The operators that change an array. */
export const ARRAY_OPERATORS: Readonly<Record<string, MakeChange>> = {
  $push: push,
  $addToSet: addToSet,
  $pull: (given, _path, context) => removing(conditionOfPull(given, context)),
  $pullAll: (given) => {
    if (!Array.isArray(given))
      throw new CommandError('BadValue', `$pullAll requires an array argument but was given a ${typeOf(given)}`);
    return removing((element) => given.some((value) => equalValues(value, element)));
  },
  $pop: pop,
};

const PUSH_OPTIONS = ['$each', '$slice', '$sort', '$position'];

/** `{ $each: [...], $position, $sort, $slice }` in this order of doing, or one value. */
function push(given: unknown): Change {
  const options = asDocument(given);
  const { added, arrange } =
    options !== null && Object.hasOwn(options, '$each') ? pushOptions(options) : { added: [given], arrange: append };
  return {
    creates: () => true,
    apply: (current, path, application) => {
      if (current === undefined) return arrange([], added);
      if (Array.isArray(current)) return arrange(current, added);
      const last = path.split('.').at(-1) ?? path;
      const found = `must be an array but is of type ${typeOf(current)} in document ${idOf(application)}`;
      throw new CommandError('BadValue', `The field '${last}' ${found}`);
    },
  };
}

type Arrange = (current: readonly unknown[], added: readonly unknown[]) => unknown[];

const append: Arrange = (current, added) => [...current, ...added];

function pushOptions(options: Document): { added: readonly unknown[]; arrange: Arrange } {
  const unknown = Object.keys(options).find((name) => !PUSH_OPTIONS.includes(name));
  if (unknown !== undefined) throw new CommandError('BadValue', `Unrecognized clause in $push: ${unknown}`);
  const added = fieldOf(options, '$each');
  if (!Array.isArray(added)) {
    throw new CommandError(
      'BadValue',
      `The argument to $each in $push must be an array but it was of type: ${typeOf(added)}`,
    );
  }
  const position = integerOption(options, '$position');
  const slice = integerOption(options, '$slice');
  const order = Object.hasOwn(options, '$sort') ? orderOf(options.$sort) : null;
  const arrange: Arrange = (current, more) => {
    const joined = position === null ? append(current, more) : current.toSpliced(position, 0, ...more);
    const sorted = order === null ? joined : joined.sort(order);
    if (slice === null) return sorted;
    return slice >= 0 ? sorted.slice(0, slice) : sorted.slice(slice);
  };
  return { added: added as unknown[], arrange };
}

function integerOption(options: Document, name: string): number | null {
  if (!Object.hasOwn(options, name)) return null;
  const number = asInteger(options[name]);
  if (number !== null) return number;
  const found = `must be ${name === '$slice' ? 'a numeric' : 'an integer'} value but was given type: ${typeOf(options[name])}`;
  throw new CommandError('BadValue', `The value for ${name} ${found}`);
}

function orderOf(given: unknown): (a: unknown, b: unknown) => number {
  const pattern = asDocument(given);
  if (pattern !== null) {
    if (firstName(pattern) === undefined)
      throw new CommandError('BadValue', 'The sort pattern is empty when it should be a set of fields.');
    const compare = compileSort(pattern);
    return (a, b) => compare(asDocument(a) ?? {}, asDocument(b) ?? {});
  }
  const direction = asNumber(given);
  if (direction !== 1 && direction !== -1) {
    throw new CommandError('BadValue', 'The $sort element value must be either 1 or -1');
  }
  return (a, b) => direction * compareValues(a, b);
}

function addToSet(given: unknown): Change {
  const options = asDocument(given);
  const isList = options !== null && firstName(options) === '$each';
  const each = isList ? options.$each : [given];
  if (!Array.isArray(each)) {
    throw new CommandError(
      'TypeMismatch',
      `The argument to $each in $addToSet must be an array but it was of type ${typeOf(each)}`,
    );
  }
  if (isList && Object.keys(options).length > 1) {
    const message = `Found unexpected fields after $each in $addToSet: ${render(given)}`;
    throw new CommandError('BadValue', message);
  }
  return {
    creates: () => true,
    apply: (current, path) => {
      if (current !== undefined && !Array.isArray(current)) {
        const last = path.split('.').at(-1) ?? path;
        const found = `Field named '${last}' has non-array type ${typeOf(current)}`;
        throw new CommandError('BadValue', `Cannot apply $addToSet to non-array field. ${found}`);
      }
      const set: unknown[] = current === undefined ? [] : [...(current as unknown[])];
      for (const value of each) if (!set.some((element) => equalValues(element, value))) set.push(value);
      return set;
    },
  };
}

function removing(isMeant: (element: unknown) => boolean): Change {
  return {
    creates: () => false,
    needsPath: true,
    apply: (current) => {
      if (current === undefined) return undefined;
      if (!Array.isArray(current)) throw new CommandError('BadValue', 'Cannot apply $pull to a non-array value');
      return (current as unknown[]).filter((element) => !isMeant(element));
    },
  };
}

/** What makes a filter of a condition although its name begins like an operator. */
const JOINING = new Set(['$and', '$or', '$nor', '$expr']);

/** Operators for the elements, a filter for those that are documents, or a value that they are equal to. */
function conditionOfPull(given: unknown, context: QueryContext): (element: unknown) => boolean {
  const document = asDocument(given);
  const first = document === null ? undefined : firstName(document);
  if (document !== null && (!first?.startsWith('$') || JOINING.has(first))) {
    if (first === '$expr') throw new CommandError('QueryFeatureNotAllowed', '$expr is not allowed in this context');
    const matches = compileFilter(document, context);
    return (element) => {
      const inner = asDocument(element);
      return inner !== null && matches(inner);
    };
  }
  const conditions = conditionsOf(given, (filter) => compileFilter(filter, context));
  return (element) => conditions.every((condition) => holdsFor(element, condition));
}

function pop(given: unknown, path: string): Change {
  const side = asNumber(given);
  if (side !== 1 && side !== -1) {
    throw new CommandError('FailedToParse', `$pop expects 1 or -1, found: ${path}: ${render(given)}`);
  }
  return {
    creates: () => false,
    needsPath: true,
    apply: (current, at) => {
      if (current === undefined) return undefined;
      if (!Array.isArray(current)) {
        throw new CommandError(
          'TypeMismatch',
          `Path '${at}' contains an element of non-array type '${typeOf(current)}'`,
        );
      }
      const elements: readonly unknown[] = current;
      return side === 1 ? elements.slice(0, -1) : elements.slice(1);
    },
  };
}
