import { asDocument, copyOf, type Document, fieldOf, firstName, type QueryContext, setField } from '../document';
import { compileExpression, fieldPath } from '../expressions/expression';
import type { Evaluate, Scope } from '../expressions/operator';
import { CommandError } from '../../command-error';

/**
 * Fields that are computed from a document and put into it, as `$set` (alias `$addFields`) and a `$project` do. A path goes
 * into documents and into each element of an array; what is neither gives way to a document.
 */
interface Fields {
  readonly children: Map<string, Fields | Evaluate>;
}

/** Collects computed fields by their paths, then computes them all from the same document. */
export class ComputedFields {
  private readonly fields: Fields = { children: new Map() };

  get isEmpty(): boolean {
    return this.fields.children.size === 0;
  }

  /** Throws CommandError where the path is in another's way. */
  add(path: string, expression: unknown): void {
    const parts = fieldPath(path);
    let fields = this.fields;
    for (const part of parts.slice(0, -1)) {
      const next = fields.children.get(part) ?? { children: new Map() };
      if (typeof next === 'function') throw collision(path);
      fields.children.set(part, next);
      fields = next;
    }
    const last = parts[parts.length - 1] ?? '';
    if (fields.children.has(last)) throw collision(path);
    fields.children.set(last, compileExpression(expression));
  }

  /** Puts the fields into `document`, computed from `root`. */
  applyTo(document: Document, root: Document, { now }: QueryContext): Document {
    return putInto(this.fields, document, { root, now, variables: null });
  }
}

function collision(path: string): CommandError {
  return new CommandError(
    40176,
    `specification contains two conflicting paths. Cannot specify both '${path}' and a path within it`,
  );
}

function putInto({ children }: Fields, document: Document, scope: Scope): Document {
  const made = copyOf(document);
  for (const [name, child] of children) {
    const value = typeof child === 'function' ? child(scope) : putUnder(child, fieldOf(document, name), scope);
    if (value === undefined) delete made[name];
    else setField(made, name, value);
  }
  return made;
}

function putUnder(fields: Fields, value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((element) => putUnder(fields, element, scope));
  return putInto(fields, asDocument(value) ?? {}, scope);
}

/** The stage `$set`: fields by path, or nested in documents that are no expressions. */
export function compileSetStage(given: unknown, name: string, context: QueryContext): (document: Document) => Document {
  const spec = asDocument(given);
  if (spec === null) throw new CommandError(40272, `${name} specification stage must be an object`);
  const fields = new ComputedFields();
  collect(spec, '', fields);
  return (document) => fields.applyTo(document, document, context);
}

function collect(spec: Document, prefix: string, fields: ComputedFields): void {
  for (const name of Object.keys(spec)) {
    const nested = asDocument(spec[name]);
    const first = nested === null ? undefined : firstName(nested);
    if (nested === null || first?.startsWith('$')) fields.add(prefix + name, spec[name]);
    else if (first === undefined)
      throw new CommandError(
        40180,
        `an empty object is not a valid value. Found empty object at path ${prefix}${name}`,
      );
    else collect(nested, `${prefix}${name}.`, fields);
  }
}
