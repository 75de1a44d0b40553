import { Long } from 'bson';
import { asDocument, copyOf, type Document, fieldOf, setField } from '../document';
import { fieldPath } from '../expressions/expression';
import { CommandError } from '../../command-error';
import { typeOf } from '../values/bson-type';

interface Unwind {
  readonly path: readonly string[];
  /** Where the place of the element in its array goes. */
  readonly indexField: readonly string[] | null;
  /** Whether a document stays that has no elements to give. */
  readonly keepsEmpty: boolean;
}

/** The stage `$unwind`: a document for each element of an array in it. A value that is no array counts as its only element. */
export function compileUnwind(spec: unknown): (documents: readonly Document[]) => Document[] {
  const unwind = readSpec(spec);
  return (documents) => documents.flatMap((document) => unwound(document, unwind));
}

function readSpec(spec: unknown): Unwind {
  if (typeof spec === 'string') return { path: pathIn(spec), indexField: null, keepsEmpty: false };
  const options = asDocument(spec);
  if (options === null)
    throw new CommandError(15981, 'expected either a string or an object as specification for $unwind stage');
  const unknown = Object.keys(options).find((name) => !OPTIONS.has(name));
  if (unknown !== undefined) throw new CommandError(28811, `unrecognized option to $unwind stage: ${unknown}`);
  const keepsEmpty = fieldOf(options, 'preserveNullAndEmptyArrays') ?? false;
  if (typeof keepsEmpty !== 'boolean')
    throw new CommandError(
      28809,
      `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeOf(keepsEmpty)}`,
    );
  const index = fieldOf(options, 'includeArrayIndex');
  return {
    path: pathIn(fieldOf(options, 'path')),
    indexField: index === undefined ? null : indexPathIn(index),
    keepsEmpty,
  };
}

function indexPathIn(given: unknown): readonly string[] {
  if (typeof given !== 'string' || given === '')
    throw new CommandError(28810, 'expected a non-empty string for the includeArrayIndex  option to $unwind stage');
  if (given.startsWith('$'))
    throw new CommandError(
      28822,
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${given}`,
    );
  return fieldPath(given);
}

const OPTIONS = new Set(['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays']);

function pathIn(given: unknown): readonly string[] {
  if (typeof given !== 'string') throw new CommandError(28808, 'expected a string as the path for $unwind stage');
  if (!given.startsWith('$'))
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${given}`);
  return fieldPath(given.slice(1));
}

function unwound(document: Document, { path, indexField, keepsEmpty }: Unwind): Document[] {
  const value = path.reduce<unknown>((at, name) => fieldOf(asDocument(at) ?? {}, name), document);
  const withIndex = (made: Document, index: Long | null) =>
    indexField === null ? made : replaced(made, indexField, index);
  if (Array.isArray(value) && value.length > 0) {
    return value.map((element, at) => withIndex(replaced(document, path, element), Long.fromNumber(at)));
  }
  if (value != null && !Array.isArray(value)) return [withIndex(copyOf(document), null)];
  if (!keepsEmpty) return [];
  return [withIndex(Array.isArray(value) ? replaced(document, path, undefined) : copyOf(document), null)];
}

function replaced(document: Document, [name = '', ...rest]: readonly string[], value: unknown): Document {
  const made = copyOf(document);
  const next = rest.length === 0 ? value : replaced(asDocument(document[name]) ?? {}, rest, value);
  if (next === undefined) delete made[name];
  else setField(made, name, next);
  return made;
}
