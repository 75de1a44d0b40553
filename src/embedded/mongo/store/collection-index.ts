import { compileFilter, type Matches } from '../query/filter';
import { indexKeys } from '../query/index-keys';
import type { Document } from '../query/document';
import type { IndexSpec } from './index-spec';
import { KeyMap } from './key-map';

/**
 * One index of a collection. Only unique ones have keys, which is what they are for; of the others it is known which
 * documents they contain, which is what a hint of a sparse one asks for. Finds scan.
 */
export class CollectionIndex {
  /** Null: not unique. */
  readonly keys: KeyMap | null;
  private readonly belongs: Matches | null;

  constructor(private current: IndexSpec) {
    this.keys = current.unique ? new KeyMap() : null;
    const { partialFilterExpression: partial } = current;
    this.belongs = partial === null ? null : compileFilter(partial, { now: new Date(0) }); // no such filter asks for the time
  }

  get spec(): IndexSpec {
    return this.current;
  }

  /** Documents expire so many seconds after the date in its field; a matter of the index in MongoDB. */
  expireAfter(expireAfterSeconds: number): void {
    this.current = { ...this.current, expireAfterSeconds };
  }

  /** Throws for a document that has arrays in two of its fields. */
  checkArrays(document: Document): void {
    const mayBeArrays = Object.keys(this.spec.key).filter(
      (path) => path.includes('.') || Array.isArray(document[path]),
    );
    if (mayBeArrays.length > 1) this.keysOf(document);
  }

  /** The keys under which it holds a document; none when it does not. */
  keysOf(document: Document): string[] {
    if (this.belongs !== null && !this.belongs(document)) return [];
    return indexKeys(document, this.spec.key, this.spec.sparse);
  }
}
