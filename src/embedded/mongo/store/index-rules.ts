import { encode } from '../bson';
import { CommandError } from '../command-error';
import { equalValues } from '../query/compare';
import type { Document } from '../query/document';
import { render } from '../query/values/render';
import type { Collection } from './collection';
import { describeIndex, type IndexSpec } from './index-spec';

/** Whether two key patterns are the same: the same fields in the same order, in the same directions. */
export function equalPatterns(a: Document, b: Document): boolean {
  const fields = Object.keys(a);
  const others = Object.keys(b);
  return (
    fields.length === others.length &&
    fields.every((field, i) => field === others[i] && equalValues(a[field], b[field]))
  );
}

/**
 * Whether a collection has this very index already. Throws, as mongod does, IndexOptionsConflict where it has one that
 * differs only in its name or its options, and IndexKeySpecsConflict where another has its name.
 */
export function hasIndex(collection: Collection, asked: IndexSpec): boolean {
  for (const { spec } of collection.indexes.values()) {
    const isSame = spec.name === asked.name;
    const isEquivalent = equalPatterns(spec.key, asked.key) && equalPartial(spec, asked);
    if (!isSame && !isEquivalent) continue;
    if (isEquivalent && equalOptions(spec, asked)) {
      if (isSame) return true;
      throw new CommandError('IndexOptionsConflict', `Index already exists with a different name: ${spec.name}`);
    }
    if (isEquivalent && !differInKind(spec, asked)) {
      const message = `An equivalent index already exists with ${difference(isSame)}. ${both(asked, spec)}`;
      throw new CommandError('IndexOptionsConflict', message);
    }
    if (isSame) {
      const message = `An existing index has the same name as the requested index. ${both(asked, spec)}`;
      throw new CommandError('IndexKeySpecsConflict', message);
    }
  }
  return false;
}

function difference(hasSameName: boolean): string {
  return hasSameName ? 'the same name but different options' : 'a different name and options';
}

function both(asked: IndexSpec, existing: IndexSpec): string {
  return `Requested index: ${render(describeIndex(asked))}, existing index: ${render(describeIndex(existing))}`;
}

/** Indexes of one pattern may stand beside each other when one is unique or sparse and the other is not. */
function differInKind(a: IndexSpec, b: IndexSpec): boolean {
  return a.unique !== b.unique || a.sparse !== b.sparse;
}

function equalOptions(a: IndexSpec, b: IndexSpec): boolean {
  return !differInKind(a, b) && a.expireAfterSeconds === b.expireAfterSeconds;
}

function equalPartial({ partialFilterExpression: a }: IndexSpec, { partialFilterExpression: b }: IndexSpec): boolean {
  if (a === null || b === null) return a === b;
  return encode(a).equals(encode(b));
}
