import { ComputedFields } from './stages/computed-fields';
import { asDocument, type Document, firstName, type QueryContext, setField } from './document';
import { fieldPath } from './expressions/expression';
import { isNumberType, typeOf } from './values/bson-type';
import { notImplemented, CommandError } from '../command-error';
import { render } from './values/render';
import { isTrue } from './values/truth';

/** The fields that a projection names: `true` at the end of a path, a deeper level before it. */
interface Named {
  readonly children: Map<string, Named | true>;
  /** Whether a field is computed below: then values without fields stay, to give way to documents. */
  computes?: true;
}

/** What a projection says about one path. */
type Said = { readonly path: string; readonly given: unknown; readonly keeps: boolean | null };

/**
 * Makes the `projection` of a find (or a `$project`) ready: inclusion or exclusion, nested, with computed fields. Null for
 * the empty one, which leaves documents as they are. Throws CommandError.
 */
export function compileProjection(spec: Document, context: QueryContext): ((document: Document) => Document) | null {
  refuseFindOperators(spec);
  return compileProject(spec, context);
}

/** Like {@link compileProjection}, but as the stage `$project` reads it: `$slice` is an expression. */
export function compileProject(spec: Document, context: QueryContext): ((document: Document) => Document) | null {
  const said = flattened(spec, '');
  if (said.length === 0) return null;
  return isInclusion(said) ? inclusion(said, context) : exclusion(said);
}

/** What a find takes for more than an expression is not made here. */
function refuseFindOperators(spec: Document): void {
  for (const name of Object.keys(spec)) {
    if (name.endsWith('.$')) throw notImplemented(`the positional operator in '${name}'`);
    const use = asDocument(spec[name]);
    const operator = use === null ? undefined : firstName(use);
    if (use === null || operator === undefined) continue;
    if (!operator.startsWith('$')) refuseFindOperators(use);
    else if (operator === '$elemMatch' || (operator === '$slice' && isSliceOfFind(use.$slice))) {
      throw notImplemented(`${operator} in a projection`);
    }
  }
}

function isSliceOfFind(given: unknown): boolean {
  const [first] = Array.isArray(given) ? (given as unknown[]) : [given];
  return isNumberType(typeOf(first));
}

function flattened(spec: Document, prefix: string): Said[] {
  return Object.keys(spec).flatMap((name): Said[] => {
    const given = spec[name];
    const path = prefix + name;
    if (typeof given === 'boolean' || isNumberType(typeOf(given))) return [{ path, given, keeps: isTrue(given) }];
    const nested = asDocument(given);
    if (nested === null) return [{ path, given, keeps: null }];
    const first = firstName(nested);
    if (first === undefined)
      throw new CommandError(51270, `An empty sub-projection is not a valid value. Found empty object at path`);
    if (!first.startsWith('$')) return flattened(nested, `${path}.`);
    return [{ path, given, keeps: null }];
  });
}

/**
 * Whether fields are included, computed ones among them: the first decides, and the others must agree. `_id` may be taken
 * out of an inclusion and kept in an exclusion; it decides only where nothing else does.
 */
function isInclusion(said: readonly Said[]): boolean {
  const all: Named = { children: new Map() };
  const decides = ({ path, keeps }: Said) => path !== '_id' || keeps === null;
  const first = said.find(decides);
  const includes = first === undefined ? said.some(({ keeps }) => keeps !== false) : first.keeps !== false;
  for (const each of said) {
    const { path, given, keeps } = each;
    name(all, path);
    if (!decides(each) || includes === (keeps !== false)) continue;
    if (keeps === null)
      throw new CommandError(31310, `Cannot use an expression ${path}: ${render(given)} in an exclusion projection`);
    throw keeps
      ? new CommandError(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
      : new CommandError(31254, `Cannot do exclusion on field ${path} in inclusion projection`);
  }
  return includes;
}

function inclusion(said: readonly Said[], context: QueryContext): (document: Document) => Document {
  const named: Named = { children: new Map() };
  const computed = new ComputedFields();
  for (const { path, given, keeps } of said) {
    if (keeps === true) name(named, path);
    if (keeps !== null) continue;
    computed.add(path, given);
    passThrough(named, path);
  }
  if (!said.some(({ path }) => path === '_id' || path.startsWith('_id.'))) named.children.set('_id', true);
  if (computed.isEmpty) return (document) => kept(named, document);
  return (document) => computed.applyTo(kept(named, document), document, context);
}

/** A computed field keeps what it goes into. */
function passThrough(named: Named, path: string): void {
  let at = named;
  for (const part of fieldPath(path).slice(0, -1)) {
    const next = at.children.get(part) ?? { children: new Map() };
    if (next === true) throw collision(path, part);
    at.children.set(part, next);
    at = next;
    at.computes = true;
  }
}

function exclusion(said: readonly Said[]): (document: Document) => Document {
  const named: Named = { children: new Map() };
  for (const { path, keeps } of said) if (keeps === false) name(named, path);
  return (document) => without(named, document);
}

function name(named: Named, path: string): void {
  const parts = fieldPath(path);
  let at = named;
  for (const part of parts.slice(0, -1)) {
    const next = at.children.get(part) ?? { children: new Map() };
    if (next === true) throw collision(path, part);
    at.children.set(part, next);
    at = next;
  }
  const last = parts[parts.length - 1] ?? '';
  if (at.children.has(last)) throw collision(path);
  at.children.set(last, true);
}

function collision(path: string, part?: string): CommandError {
  if (part === undefined) return new CommandError(31250, `Path collision at ${path}`);
  return new CommandError(
    31249,
    `Path collision at ${path} remaining portion ${path.slice(path.indexOf(`${part}.`) + part.length + 1)}`,
  );
}

function kept({ children }: Named, document: Document): Document {
  const made: Document = {};
  for (const field of Object.keys(document)) {
    const child = children.get(field);
    if (child === undefined) continue;
    const value = child === true ? document[field] : keptIn(child, document[field]);
    if (value !== undefined) setField(made, field, value);
  }
  return made;
}

/** Of a list its documents remain, and the lists in it; a value that has no fields is left out. */
function keptIn(named: Named, value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((element) => keptIn(named, element)).filter((element) => element !== undefined);
  const document = asDocument(value);
  if (document !== null) return kept(named, document);
  return named.computes ? value : undefined;
}

function without({ children }: Named, document: Document): Document {
  const made: Document = {};
  for (const field of Object.keys(document)) {
    const child = children.get(field);
    if (child === true) continue;
    setField(made, field, child === undefined ? document[field] : withoutIn(child, document[field]));
  }
  return made;
}

function withoutIn(named: Named, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => withoutIn(named, element));
  const document = asDocument(value);
  return document === null ? value : without(named, document);
}
