import { Binary } from 'bson';
import { encode } from '../bson';
import type { Document } from '../query/document';
import { compileFilter } from '../query/filter';
import type { Collection } from '../store/collection';
import type { Answer } from '../wire/answer';
import { collectionOf, countIn, documentIn, flagIn } from '../document-fields';
import type { Call, Command } from './call';
import { Cursor } from './cursors';
import { whenUnwritten } from './statements';

/** Making, dropping and listing collections and databases. */
export const collectionCommands: readonly Command[] = [
  { names: ['create'], fields: ['create', 'autoIndexId', 'comment'], run: create },
  { names: ['drop'], fields: ['drop', 'comment'], run: drop },
  { names: ['dropDatabase'], fields: ['dropDatabase', 'comment'], run: dropDatabase },
  {
    names: ['listCollections'],
    fields: ['listCollections', 'filter', 'nameOnly', 'authorizedCollections', 'cursor', 'comment'],
    run: listCollections,
  },
  {
    names: ['listDatabases'],
    fields: ['listDatabases', 'filter', 'nameOnly', 'authorizedDatabases', 'comment'],
    run: listDatabases,
  },
];

async function create({ command, server, database }: Call): Promise<Answer> {
  const name = collectionOf(command, 'create');
  await whenUnwritten(() => server.store.create(database, name));
  return {};
}

async function drop({ command, server, database }: Call): Promise<Answer> {
  const name = collectionOf(command, 'drop');
  const indexes = server.store.find(database, name)?.indexes.size;
  if (indexes === undefined) return {}; // since MongoDB 7.0, which the wire version is that of
  await whenUnwritten(() => server.store.drop(database, name));
  return { nIndexesWas: indexes, ns: `${database}.${name}` };
}

async function dropDatabase({ server, database }: Call): Promise<Answer> {
  const collections = server.store.collectionsOf(database);
  for (const { name } of collections) await whenUnwritten(() => server.store.drop(database, name));
  return { ...(collections.length > 0 && { dropped: database }) };
}

function listCollections({ command, server, database, query, session }: Call): Answer {
  const matches = compileFilter(documentIn(command, 'filter'), query);
  const all = server.store.collectionsOf(database).map(describe).filter(matches);
  const isNameOnly = flagIn(command, 'nameOnly');
  const shown = isNameOnly ? all.map(({ name, type }) => ({ name, type })) : all;
  const batchSize = countIn(documentIn(command, 'cursor'), 'batchSize') ?? Infinity;
  const cursor = Cursor.of(`${database}.$cmd.listCollections`, shown, encode);
  return server.cursors.start(cursor, session?.key ?? null, { batchSize });
}

function describe({ name, uuid }: Collection): Document {
  return {
    name,
    type: 'collection',
    options: {},
    info: { readOnly: false, uuid: new Binary(uuid, Binary.SUBTYPE_UUID) },
    idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
  };
}

function listDatabases({ command, server, query }: Call): Answer {
  const matches = compileFilter(documentIn(command, 'filter'), query);
  const databases = server.store
    .databaseNames()
    .map((name) => {
      const bytes = server.store.collectionsOf(name).reduce((sum, collection) => sum + collection.bytes, 0);
      return { name, sizeOnDisk: bytes, empty: false };
    })
    .filter(matches);
  if (flagIn(command, 'nameOnly')) return { databases: databases.map(({ name }) => ({ name })) };
  const totalSize = databases.reduce((sum, { sizeOnDisk }) => sum + sizeOnDisk, 0);
  return { databases, totalSize, totalSizeMb: Math.floor(totalSize / 1024 ** 2) };
}
