import { typeOf } from '../values/bson-type';
import { asDocument, type Document, fieldOf } from '../document';
import { CommandError } from '../../command-error';
import { render } from '../values/render';
import { idOf } from './value-operators';
import type { Application, UpdateTree } from './update-tree';

/** Adds `$rename` of one field: it is set under the new path and unset under the old, where it is there at all. */
export function addRename(tree: UpdateTree, from: string, to: unknown): void {
  if (typeof to !== 'string') {
    throw new CommandError('BadValue', `The 'to' field for $rename must be a string: ${from}: ${typeOf(to)}`);
  }
  if (to === from) {
    throw new CommandError('BadValue', `The source and target field for $rename must differ: ${from}: "${to}"`);
  }
  if (to.startsWith(`${from}.`) || from.startsWith(`${to}.`)) {
    throw new CommandError(
      'BadValue',
      `The source and target field for $rename must not be on the same path: ${from}: "${to}"`,
    );
  }
  const source = from.split('.');
  const target = to.split('.');
  tree.add(from, { creates: () => false, apply: () => undefined });
  tree.add(to, {
    creates: (application) => sourceValue(source, application) !== undefined,
    apply: (current, _path, application) => {
      const value = sourceValue(source, application);
      if (value === undefined) return current;
      refuseArrays('destination', target, application);
      return value;
    },
  });
}

function sourceValue(path: readonly string[], application: Application): unknown {
  refuseArrays('source', path, application);
  refuseDeadEnd(path, application);
  return valueAt(application.document, path);
}

function valueAt(document: Document, path: readonly string[]): unknown {
  let value: unknown = document;
  for (const part of path) {
    const inner = asDocument(value);
    if (inner === null) return undefined;
    value = fieldOf(inner, part);
  }
  return value;
}

/** A path that leads into a value without fields is an error, one that leads to nothing is not. */
function refuseDeadEnd(path: readonly string[], { document }: Application): void {
  for (let length = 1; length < path.length; length++) {
    const value = valueAt(document, path.slice(0, length));
    if (value === undefined) return;
    if (asDocument(value) !== null) continue;
    const part = path[length - 1] ?? '';
    const message = `cannot use the part (${part} of ${path.join('.')}) to traverse the element ({${part}: ${render(value)}})`;
    throw new CommandError('PathNotViable', message);
  }
}

function refuseArrays(side: string, path: readonly string[], application: Application): void {
  for (let length = 1; length < path.length; length++) {
    if (!Array.isArray(valueAt(application.document, path.slice(0, length)))) continue;
    const id = idOf(application).slice(1, -1);
    const array = path[length - 1] ?? '';
    throw new CommandError(
      'BadValue',
      `The ${side} field cannot be an array element, '${path.join('.')}' in doc with ${id} has an array field called '${array}'`,
    );
  }
}
