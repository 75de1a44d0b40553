import { compileSetStage } from './computed-fields';
import { typeOf } from '../values/bson-type';
import { asDocument, type Document, fieldOf, type QueryContext, setField } from '../document';
import { compileExpression } from '../expressions/expression';
import { compileProject } from '../projection';
import { CommandError } from '../../command-error';
import { render } from '../values/render';

type DocumentStage = (document: Document) => Document;

/** Makes one of the stages ready that make a document of each document; null for any other. */
export function compileDocumentStage(name: string, given: unknown, context: QueryContext): DocumentStage | null {
  try {
    return compileNamed(name, given, context);
  } catch (error) {
    if (!(error instanceof CommandError) || !NAMED_IN_ERRORS.has(name)) throw error;
    throw new CommandError(error.kind, `Invalid ${name} :: caused by :: ${error.message}`);
  }
}

const NAMED_IN_ERRORS = new Set(['$set', '$addFields', '$unset', '$project']);

function compileNamed(name: string, given: unknown, context: QueryContext): DocumentStage | null {
  switch (name) {
    case '$set':
    case '$addFields':
      return compileSetStage(given, name, context);
    case '$unset':
      return compileUnset(given, context);
    case '$project':
      return compileProjectStage(given, context);
    case '$replaceWith':
      return compileReplace(given, context);
    case '$replaceRoot':
      return compileReplace(newRootOf(given), context);
    default:
      return null;
  }
}

function compileUnset(given: unknown, context: QueryContext): DocumentStage {
  const paths: unknown[] = Array.isArray(given) ? given : [given];
  if (paths.length === 0)
    throw new CommandError(31119, '$unset specification must be a string or an array with at least one field');
  const spec: Document = {};
  for (const path of paths) {
    if (typeof path !== 'string')
      throw new CommandError(31120, '$unset specification must be a string or an array containing only string values');
    if (Object.hasOwn(spec, path)) throw new CommandError(31250, `Path collision at ${path}`);
    setField(spec, path, false);
  }
  return compileProject(spec, context) ?? ((document) => document);
}

function compileProjectStage(given: unknown, context: QueryContext): DocumentStage {
  const spec = asDocument(given);
  if (spec === null) throw new CommandError(15969, '$project specification must be an object');
  const project = compileProject(spec, context);
  if (project === null) throw new CommandError(51272, 'projection specification must have at least one field');
  return project;
}

function newRootOf(given: unknown): unknown {
  const spec = asDocument(given);
  if (spec === null)
    throw new CommandError(40229, `expected an object as specification for $replaceRoot stage, got ${typeOf(given)}`);
  if (!Object.hasOwn(spec, 'newRoot')) throw new CommandError(40231, 'no newRoot specified for the $replaceRoot stage');
  return fieldOf(spec, 'newRoot');
}

function compileReplace(given: unknown, { now }: QueryContext): DocumentStage {
  const evaluate = compileExpression(given);
  return (root) => {
    const value = evaluate({ root, now, variables: null });
    const document = asDocument(value);
    if (document !== null) return document;
    const found = `Input document: ${render(root)}. Got: ${value === undefined ? 'missing' : render(value)}`;
    throw new CommandError(
      40228,
      `'newRoot' expression must evaluate to an object, but resulting value was of type ${typeOf(value)}. ${found}`,
    );
  };
}
