import { asDocument, type Document, type QueryContext, setField } from './document';
import { compileDocumentStage } from './stages/document-stages';
import { compileFilter } from './filter';
import { compileGroup } from './stages/group';
import { asInteger, integerOf } from './values/numbers';
import { notImplemented, CommandError } from '../command-error';
import { sortDocuments } from './sort';
import { compileUnwind } from './stages/unwind';

/** One stage of an aggregation, on all documents at once. */
type Stage = (documents: readonly Document[]) => readonly Document[];

/** The stages of mongod 6.0 that are not made here (https://www.mongodb.com/docs/v6.0/reference/operator/aggregation-pipeline/). */
const NOT_HERE = new Set(
  (
    '$bucket $bucketAuto $changeStream $collStats $currentOp $densify $documents $facet $fill $geoNear $graphLookup ' +
    '$indexStats $listLocalSessions $listSessions $lookup $merge $out $planCacheStats $redact $sample $search ' +
    '$searchMeta $setWindowFields $shardedDataDistribution $sortByCount $unionWith'
  ).split(' '),
);

/** Makes a pipeline ready to run over documents in memory. Throws CommandError for stages and operators not known. */
export function compilePipeline(
  pipeline: readonly Document[],
  context: QueryContext,
): (documents: readonly Document[]) => readonly Document[] {
  const stages = pipeline.map((given) => compileStage(given, context));
  return (documents) => stages.reduce((flowing, stage) => stage(flowing), documents);
}

function compileStage(given: Document, context: QueryContext): Stage {
  const [name = '', ...more] = Object.keys(given);
  if (name === '' || more.length > 0) {
    throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
  }
  const spec = given[name];
  const ofEach = compileDocumentStage(name, spec, context);
  if (ofEach !== null) return (documents) => documents.map(ofEach);
  switch (name) {
    case '$match':
      return compileMatch(spec, context);
    case '$sort':
      return compileSortStage(spec);
    case '$limit':
      return compileLimit(spec);
    case '$skip':
      return compileSkip(spec);
    case '$count':
      return compileCount(spec);
    case '$group':
      return compileGroup(spec, context);
    case '$unwind':
      return compileUnwind(spec);
    default:
      if (NOT_HERE.has(name)) throw notImplemented(name);
      throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
  }
}

function compileMatch(spec: unknown, context: QueryContext): Stage {
  const filter = asDocument(spec);
  if (filter === null) throw new CommandError(15959, 'the match filter must be an expression in an object');
  const matches = compileFilter(filter, context);
  return (documents) => documents.filter(matches);
}

function compileSortStage(spec: unknown): Stage {
  const order = asDocument(spec);
  if (order === null) throw new CommandError(15973, 'the $sort key specification must be an object');
  if (Object.keys(order).length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key');
  sortDocuments([], order);
  return (documents) => sortDocuments(documents, order);
}

function compileLimit(spec: unknown): Stage {
  const limit = asInteger(spec);
  if (limit === null) throw new CommandError(5107201, 'invalid argument to $limit stage: Expected a number');
  if (limit === 0) throw new CommandError(15958, 'the limit must be positive');
  if (limit < 0) throw new CommandError(5107201, 'invalid argument to $limit stage: Expected a non-negative number');
  return (documents) => documents.slice(0, limit);
}

function compileSkip(spec: unknown): Stage {
  const skip = asInteger(spec);
  if (skip === null || skip < 0)
    throw new CommandError(5107200, 'invalid argument to $skip stage: Expected a non-negative number');
  return (documents) => documents.slice(skip);
}

/** No documents make no count, rather than a count of 0. */
function compileCount(spec: unknown): Stage {
  if (typeof spec !== 'string') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (spec === '') throw new CommandError(40157, 'the count field must be a non-empty string');
  if (spec.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (spec.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return (documents) => {
    if (documents.length === 0) return [];
    const made: Document = {};
    setField(made, spec, integerOf(documents.length));
    return [made];
  };
}
