import { DBRef } from 'bson';
import { typeOf } from './values/bson-type';

/**
 * A BSON document as `bson` decodes it with `promoteValues: false`, so that every value keeps its type: Int32, Double,
 * Long, Binary (UUID among them), Date, ObjectId, Timestamp, RegExp ... `undefined` is a field that is not there.
 * Nothing in this folder changes a document that it was given; results share the parts that did not change.
 */
export type Document = Record<string, unknown>;

/** What a command brings along for those of its parts that depend on more than the document. */
export interface QueryContext {
  /** `$$NOW` and `$currentDate`: one time for the whole command. */
  readonly now: Date;
}

/** The value as a document; null where it is none. */
export function asDocument(value: unknown): Document | null {
  if (typeof value !== 'object' || value === null || typeOf(value) !== 'object') return null;
  // `bson` makes a DBRef of every document with a $ref and an $id; for mongod it is a document like others.
  if (value instanceof DBRef) return { $ref: value.collection, $id: value.oid, ...dbOf(value), ...value.fields };
  return value as Document;
}

function dbOf({ db }: DBRef): Document {
  return db === undefined ? {} : { $db: db };
}

/** A field of a document, or undefined: names of JavaScript's own (`constructor`) are fields like others. */
export function fieldOf(document: Document, name: string): unknown {
  return Object.hasOwn(document, name) ? document[name] : undefined;
}

/** Sets a field of a document that is being built. `__proto__` is a name like others. */
export function setField(document: Document, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(document, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    document[name] = value;
  }
}

/** A copy of one level, whose fields may then be set. */
export function copyOf(document: Document): Document {
  const copy: Document = {};
  for (const name of Object.keys(document)) setField(copy, name, document[name]);
  return copy;
}

/** Whether a document's first field is an operator: `{ $gt: 1 }`. */
export function firstName(document: Document): string | undefined {
  for (const name in document) return name;
  return undefined;
}
