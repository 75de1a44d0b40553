import { equalValues, identicalValues } from './compare';
import { asDocument, type Document, fieldOf, firstName, type QueryContext, setField } from './document';
import { notImplemented, CommandError } from '../command-error';
import { render } from './values/render';
import { ARRAY_OPERATORS } from './updates/array-operators';
import { VALUE_OPERATORS } from './updates/value-operators';
import { compileUpdatePipeline } from './updates/update-pipeline';
import { addRename } from './updates/rename';
import { UpdateTree } from './updates/update-tree';
import { documentOfFilter } from './updates/upsert-document';
import { typeOf } from './values/bson-type';

/** An update that was checked and is ready to be applied to many documents. */
export interface Update {
  /** A whole new document: mongod refuses it for updates of many. */
  readonly isReplacement: boolean;
  /**
   * The document after the update: the very same object where nothing changed, byte for byte (what mongod counts in
   * `nModified`). Throws CommandError where it cannot be applied to this document, or would change its `_id`.
   */
  apply(document: Document): Document;
  /**
   * The document that an upsert inserts: the filter's equalities with the update and `$setOnInsert` applied. Where
   * neither gives an `_id`, it has one made by `newId`, in first place.
   */
  insert(filter: Document, newId: () => unknown): Document;
}

const OPERATORS = { ...VALUE_OPERATORS, ...ARRAY_OPERATORS };
/** What mongod knows and this server does not. */
const NOT_HERE = new Set(['$bit']);

/**
 * Checks and prepares an update: operators, a replacement document, or a pipeline. Throws CommandError for what mongod
 * refuses at once (unknown modifiers, conflicting paths), and for what this server does not know (positional operators).
 */
export function compileUpdate(update: Document | readonly Document[], context: QueryContext): Update {
  if (isPipeline(update)) return updateWith(compileUpdatePipeline(update, context));
  return firstName(update)?.startsWith('$') ? updateWithOperators(update, context) : replacement(update);
}

function isPipeline(update: Document | readonly Document[]): update is readonly Document[] {
  return Array.isArray(update);
}

/** What to say where an update that is not of operators would change the `_id`. */
function idAltered(id: unknown): CommandError {
  const now = id === undefined ? 'removed' : `altered to _id: ${render(id)}`;
  return new CommandError(
    'ImmutableField',
    `After applying the update, the (immutable) field '_id' was found to have been ${now}`,
  );
}

function updateWith(change: (document: Document, isInsert: boolean) => Document): Update {
  const applied = (document: Document, isInsert: boolean) => {
    const changed = change(document, isInsert);
    return changed === document ? document : keepingId(document, changed);
  };
  return {
    isReplacement: false,
    apply: (document) => applied(document, false),
    insert: (filter, newId) => idFirst(applied(documentOfFilter(filter), true), newId),
  };
}

/** An update that takes the `_id` away is refused, like one that changes it. */
function keepingId(before: Document, after: Document): Document {
  const [id, now] = [fieldOf(before, '_id'), fieldOf(after, '_id')];
  if (id !== undefined && !equalValues(id, now)) throw idAltered(now);
  return after;
}

/** mongod stores every document with its `_id` in front. */
function idFirst(document: Document, newId: () => unknown): Document {
  if (firstName(document) === '_id') return document;
  const id = fieldOf(document, '_id');
  return withId(document, id === undefined ? newId() : id);
}

function withId(document: Document, id: unknown): Document {
  const made: Document = { _id: id };
  for (const name of Object.keys(document)) if (name !== '_id') setField(made, name, document[name]);
  return made;
}

function updateWithOperators(update: Document, context: QueryContext): Update {
  const tree = new UpdateTree();
  for (const name of Object.keys(update)) addOperator(tree, name, update[name], context);
  tree.sort();
  return updateWith((document, isInsert) => tree.apply(document, isInsert));
}

function addOperator(tree: UpdateTree, name: string, given: unknown, context: QueryContext): void {
  if (NOT_HERE.has(name)) throw notImplemented(name);
  const makeChange = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (makeChange === undefined && name !== '$rename') {
    const expected = 'Expected a valid update modifier or pipeline-style update specified as an array';
    throw new CommandError('FailedToParse', `Unknown modifier: ${name}. ${expected}`);
  }
  const fields = asDocument(given);
  if (fields === null) {
    throw new CommandError(
      'FailedToParse',
      `Modifiers operate on fields but we found type ${typeOf(given)} instead. For example: {$mod: {<field>: ...}} ` +
        `not {${name}: ${render(given)}}`,
    );
  }
  for (const path of Object.keys(fields)) {
    if (makeChange === undefined) addRename(tree, path, fields[path]);
    else tree.add(path, makeChange(fields[path], path, context));
  }
}

function replacement(given: Document): Update {
  const operator = Object.keys(given).find((name) => name.startsWith('$'));
  if (operator !== undefined) {
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${operator}' in '${operator}' is not allowed in the context of an update's ` +
        'replacement document. Consider using an aggregation pipeline with $replaceWith.',
    );
  }
  const replaced = (id: unknown) => {
    const own = fieldOf(given, '_id');
    if (own !== undefined && id !== undefined && !equalValues(own, id)) {
      throw idAltered(own);
    }
    return own === undefined && id === undefined ? given : withId(given, own ?? id);
  };
  return {
    isReplacement: true,
    apply: (document) => {
      const next = replaced(fieldOf(document, '_id'));
      return identicalValues(given, document) ? document : next; // mongod counts one without an _id as a change
    },
    insert: (filter, newId) => idFirst(replaced(fieldOf(documentOfFilter(filter, '_id'), '_id')), newId),
  };
}
