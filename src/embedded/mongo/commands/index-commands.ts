import { encode } from '../bson';
import { CommandError, notImplemented } from '../command-error';
import type { Collection } from '../store/collection';
import type { CollectionIndex } from '../store/collection-index';
import { equalPatterns, hasIndex } from '../store/index-rules';
import { checkExpiry, describeIndex, readIndexSpec } from '../store/index-spec';
import type { Answer } from '../wire/answer';
import {
  collectionOf,
  countIn,
  documentIn,
  documentsIn,
  isDocument,
  numberIn,
  optionalDocument,
} from '../document-fields';
import type { Call, Command } from './call';
import { Cursor } from './cursors';
import { whenUnwritten, writableCollection } from './statements';

export const indexCommands: readonly Command[] = [
  { names: ['createIndexes'], fields: ['createIndexes', 'indexes', 'commitQuorum', 'comment'], run: createIndexes },
  {
    names: ['dropIndexes', 'deleteIndexes'],
    fields: ['dropIndexes', 'deleteIndexes', 'index', 'comment'],
    run: dropIndexes,
  },
  { names: ['listIndexes'], fields: ['listIndexes', 'cursor', 'comment'], run: listIndexes },
  { names: ['collMod'], fields: ['collMod', 'index', 'comment'], run: collMod },
];

async function createIndexes(call: Call): Promise<Answer> {
  const { command, server, database } = call;
  const name = collectionOf(command, 'createIndexes');
  const specs = documentsIn(command, 'indexes').map(readIndexSpec);
  if (specs.length === 0) throw new CommandError('BadValue', 'Must specify at least one index to create');
  const isNew = server.store.find(database, name) === null;
  const collection = await writableCollection(call, name);
  const numIndexesBefore = collection.indexes.size;
  for (const spec of specs) {
    await whenUnwritten(() => {
      if (!hasIndex(collection, spec)) collection.addIndex(spec, server.store.clock.tick());
    });
  }
  const numIndexesAfter = collection.indexes.size;
  const note = numIndexesAfter === numIndexesBefore ? { note: 'all indexes already exist' } : {};
  return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically: isNew, ...note };
}

async function dropIndexes({ command, server, database, name: alias }: Call): Promise<Answer> {
  const collection = existing(server.store.find(database, collectionOf(command, alias)), database, command[alias]);
  const nIndexesWas = collection.indexes.size;
  const asked = command['index'];
  const wanted = Array.isArray(asked) ? (asked as unknown[]) : [asked];
  const names = wanted.flatMap((one) => namesOf(collection, one));
  await whenUnwritten(() => {
    collection.checkUnwritten();
    for (const name of names) collection.indexes.delete(name);
  });
  return { nIndexesWas };
}

function namesOf(collection: Collection, asked: unknown): string[] {
  if (asked === '*') return [...collection.indexes.keys()].filter((name) => name !== '_id_');
  const { name } = indexOf(collection, asked).spec;
  if (name === '_id_') throw new CommandError('InvalidOptions', 'cannot drop _id index');
  return [name];
}

/** An index by its name or its key pattern. Throws IndexNotFound. */
function indexOf(collection: Collection, asked: unknown): CollectionIndex {
  const found = [...collection.indexes.values()].filter(({ spec: { name, key } }) =>
    typeof asked === 'string' ? asked === name : isDocument(asked) && equalPatterns(asked, key),
  );
  if (found.length > 1) {
    const names = found.map(({ spec }) => spec.name).join(', ');
    throw new CommandError(
      'AmbiguousIndexKeyPattern',
      `index keyPattern matches several, must use index name: ${names}`,
    );
  }
  const [only] = found;
  if (only !== undefined) return only;
  const message =
    typeof asked === 'string' ? `index not found with name [${asked}]` : "can't find index with the key given";
  throw new CommandError('IndexNotFound', message);
}

function existing(collection: Collection | null, database: string, name: unknown): Collection {
  if (collection !== null) return collection;
  throw new CommandError('NamespaceNotFound', `ns does not exist: ${database}.${String(name)}`);
}

function listIndexes({ command, server, database, session }: Call): Answer {
  const name = collectionOf(command, 'listIndexes');
  const collection = existing(server.store.find(database, name), database, name);
  const shown = Array.from(collection.indexes.values(), ({ spec }) => describeIndex(spec));
  const batchSize = countIn(documentIn(command, 'cursor'), 'batchSize') ?? Infinity;
  return server.cursors.start(Cursor.of(collection.namespace, shown, encode), session?.key ?? null, { batchSize });
}

/** Of all that a collection can be changed in: when its documents expire. */
function collMod({ command, server, database }: Call): Answer {
  const name = collectionOf(command, 'collMod');
  const collection = existing(server.store.find(database, name), database, name);
  const asked = optionalDocument(command, 'index');
  if (asked === null) return {};
  for (const field of Object.keys(asked)) {
    if (!['keyPattern', 'name', 'expireAfterSeconds'].includes(field))
      throw notImplemented(`'index.${field}' of collMod`);
  }
  const index = indexOf(collection, asked['name'] ?? asked['keyPattern']);
  checkExpiry(index.spec.key, asked);
  const seconds = numberIn(asked, 'expireAfterSeconds');
  if (seconds === null) throw new CommandError('InvalidOptions', 'no expireAfterSeconds field');
  const before = index.spec.expireAfterSeconds;
  index.expireAfter(seconds);
  return { ...(before !== null && { expireAfterSeconds_old: before }), expireAfterSeconds_new: seconds };
}
