import { compareText, identicalValues } from '../compare';
import { asDocument, copyOf, type Document, fieldOf, setField } from '../document';
import { indexIn } from '../values/path';
import { notImplemented, CommandError } from '../../command-error';
import { render } from '../values/render';

/** What one application of an update knows besides the value at a path. */
export interface Application {
  /** The document as it was before. */
  readonly document: Document;
  /** Whether the document is about to be inserted by an upsert. */
  readonly isInsert: boolean;
}

/** What one operator does to the value at one path. */
export interface Change {
  /** Whether it makes the field, and all that leads to it, where they are missing. */
  creates(application: Application): boolean;
  /** Whether a value without fields in the middle of its path is an error, although it would create nothing there. */
  readonly needsPath?: boolean;
  /** The value afterwards; undefined is a field that is not there. Throws CommandError. */
  apply(current: unknown, path: string, application: Application): unknown;
}

/** The changes of an update by the parts of their paths, in the order in which mongod applies them: that of the names. */
interface Branch {
  readonly children: Map<string, Node>;
}
type Node = Change | Branch;

/** So many elements mongod makes at most to reach an index beyond the end of an array. */
const MOST_PADDING = 1_500_000;

/** The changes of one update, checked for paths that are in each other's way. */
export class UpdateTree {
  private readonly root: Branch = { children: new Map() };

  /** Throws CommandError: ConflictingUpdateOperators where the path or one above it is changed already. */
  add(path: string, change: Change): void {
    const parts = partsOf(path);
    let branch = this.root;
    parts.slice(0, -1).forEach((part, at) => {
      const next: Node = branch.children.get(part) ?? { children: new Map() };
      if ('apply' in next) throw conflict(path, parts.slice(0, at + 1));
      branch.children.set(part, next);
      branch = next;
    });
    const last = parts[parts.length - 1] ?? '';
    if (branch.children.has(last)) throw conflict(path, parts);
    branch.children.set(last, change);
  }

  /** To be called once, after the last change: fields that a document has not yet come in the order of their names. */
  sort(): this {
    sortBranch(this.root);
    return this;
  }

  /** The document after all changes; the very same where there is no difference. Throws CommandError. */
  apply(document: Document, isInsert: boolean): Document {
    return applyToDocument(this.root, document, '', { document, isInsert });
  }
}

function conflict(path: string, at: readonly string[]): CommandError {
  return new CommandError(
    'ConflictingUpdateOperators',
    `Updating the path '${path}' would create a conflict at '${at.join('.')}'`,
  );
}

function partsOf(path: string): readonly string[] {
  if (path === '') {
    throw new CommandError('EmptyFieldName', 'An empty update path is not valid.');
  }
  const parts = path.split('.');
  for (const part of parts) {
    if (part === '') {
      throw new CommandError(
        'EmptyFieldName',
        `The update path '${path}' contains an empty field name, which is not allowed.`,
      );
    }
    if (part === '$' || part.startsWith('$[')) throw notImplemented(`the positional operator in '${path}'`);
    if (part.startsWith('$')) {
      const message = `The dollar ($) prefixed field '${part}' in '${path}' is not allowed in the context of an update.`;
      throw new CommandError('DollarPrefixedFieldName', message);
    }
  }
  return parts;
}

function sortBranch({ children }: Branch): void {
  const sorted = [...children].sort(([a], [b]) => compareNames(a, b));
  children.clear();
  for (const [name, child] of sorted) {
    if (!('apply' in child)) sortBranch(child);
    children.set(name, child);
  }
}

function compareNames(a: string, b: string): number {
  const [left, right] = [indexIn(a), indexIn(b)];
  return left >= 0 && right >= 0 ? left - right : compareText(a, b);
}

function creates(node: Node, application: Application): boolean {
  if ('apply' in node) return node.creates(application);
  return [...node.children.values()].some((child) => creates(child, application));
}

function needsPath(node: Node): boolean {
  if ('apply' in node) return node.needsPath === true;
  return [...node.children.values()].some(needsPath);
}

function applyTo(node: Node, current: unknown, path: string, application: Application): unknown {
  if ('apply' in node) {
    const next = node.apply(current, path, application);
    if (current === undefined) return next;
    if (next !== undefined && identicalValues(next, current)) return current;
    if (path === '_id' || path.startsWith('_id.')) throw immutable(path);
    return next;
  }
  if (current === undefined)
    return creates(node, application) ? applyToDocument(node, {}, path, application) : undefined;
  if (Array.isArray(current)) return applyToArray(node, current, path, application);
  const document = asDocument(current);
  if (document !== null) return applyToDocument(node, document, path, application);
  refuseToCreate(node, current, path, application);
  return current;
}

function immutable(path: string): CommandError {
  return new CommandError(
    'ImmutableField',
    `Performing an update on the path '${path}' would modify the immutable field '_id'`,
  );
}

function applyToDocument({ children }: Branch, document: Document, path: string, application: Application): Document {
  let copy: Document | null = null;
  for (const [name, child] of children) {
    const before = fieldOf(document, name);
    const after = applyTo(child, before, path === '' ? name : `${path}.${name}`, application);
    if (after === before) continue;
    copy ??= copyOf(document);
    if (after === undefined) delete copy[name];
    else setField(copy, name, after);
  }
  return copy ?? document;
}

function applyToArray(branch: Branch, array: readonly unknown[], path: string, application: Application): unknown {
  let copy: unknown[] | null = null;
  for (const [name, child] of branch.children) {
    const index = indexIn(name);
    if (index < 0) {
      refuseToCreate({ children: new Map([[name, child]]) }, array, path, application);
      continue;
    }
    const before = array[index];
    const after = applyTo(child, before, `${path}.${name}`, application);
    if (after === before) continue;
    copy ??= [...array];
    pad(copy, index);
    copy[index] = after ?? null; // an element that is unset leaves null behind
  }
  return copy ?? array;
}

function pad(array: unknown[], length: number): void {
  if (length - array.length > MOST_PADDING) {
    throw new CommandError('BadValue', `can't backfill more than ${MOST_PADDING} elements`);
  }
  while (array.length < length) array.push(null);
}

/** A field can only be made in a document, an element only in an array. */
function refuseToCreate(branch: Branch, current: unknown, path: string, application: Application): void {
  const parent = path.split('.').at(-1) ?? path;
  for (const [name, child] of branch.children) {
    if (needsPath(child)) {
      const message = `Cannot use the part (${name}) of (${path}.${name}) to traverse the element ({${parent}: ${render(current)}})`;
      throw new CommandError('PathNotViable', message);
    }
    if (!creates(child, application)) continue;
    throw new CommandError('PathNotViable', `Cannot create field '${name}' in element {${parent}: ${render(current)}}`);
  }
}
