import { encode } from '../bson';
import type { QueryContext } from '../query/document';
import type { Document } from '../query/document';
import { compileProjection } from '../query/projection';
import type { Collection } from '../store/collection';
import type { StoredDocument } from '../store/stored-document';
import type { Answer } from '../wire/answer';
import { toTimestamp } from '../store/cluster-clock';
import { collectionOf, countIn, documentIn, flagIn, numberIn, optionalDocument } from '../document-fields';
import type { Call, Command } from './call';
import { Cursor } from './cursors';
import { select } from './select';

export const findCommand: Command = {
  names: ['find'],
  fields: [
    ...['find', 'filter', 'sort', 'projection', 'hint', 'skip', 'limit', 'batchSize', 'singleBatch'],
    ...['allowDiskUse', 'noCursorTimeout', 'comment', 'allowPartialResults'],
  ],
  inTransaction: true,
  inSnapshot: true,
  run: find,
};

export const countCommand: Command = {
  names: ['count'],
  fields: ['count', 'query', 'skip', 'limit', 'hint', 'comment', 'fields'],
  run: count,
};

function find(call: Call): Answer {
  const { command, database, server, session } = call;
  const name = collectionOf(command, 'find');
  const found = select(call, readable(call, name), {
    filter: documentIn(command, 'filter'),
    sort: optionalDocument(command, 'sort'),
    skip: countIn(command, 'skip') ?? 0,
    limit: countIn(command, 'limit') ?? 0,
    hint: command['hint'],
  });
  const cursor = Cursor.of(`${database}.${name}`, found, projected(documentIn(command, 'projection'), call.query));
  return server.cursors.start(cursor, session?.key ?? null, {
    batchSize: countIn(command, 'batchSize'),
    single: flagIn(command, 'singleBatch'),
    fields: snapshotFields(call),
  });
}

/** How a document is sent: as it is stored where nothing is taken from it. */
function projected(projection: Document, query: QueryContext): (found: StoredDocument) => Buffer {
  const project = compileProjection(projection, query);
  return project === null ? ({ bytes }) => bytes : ({ document }) => encode(project(document));
}

function count(call: Call): Answer {
  const { command } = call;
  const found = select(call, readable(call, collectionOf(command, 'count')), {
    filter: documentIn(command, 'query'),
    skip: countIn(command, 'skip') ?? 0,
    limit: Math.abs(numberIn(command, 'limit') ?? 0),
    hint: command['hint'],
  });
  return { n: found.length };
}

/** The collection that a call reads; null, which is empty, where there is none. Throws where its view is too old for it. */
export function readable({ server, database, view, isSnapshot, transaction }: Call, name: string): Collection | null {
  const collection = server.store.find(database, name, transaction);
  if (isSnapshot || transaction !== null) collection?.checkReadableAt(view.at);
  return collection;
}

/** What the answer to a snapshot read says beside the documents: the time to go on reading at. */
export function snapshotFields({ isSnapshot, view }: Call): Answer {
  return isSnapshot ? { atClusterTime: toTimestamp(view.at) } : {};
}
