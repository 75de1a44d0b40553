import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestDatabase } from '../../support/database';
import { itWithPython } from '../../support/it-with-python';

const run = promisify(execFile);

itWithPython('pymongo')('pymongo, where Python has it (pip install pymongo)', async () => {
  const database = await TestDatabase.create();
  const { stdout } = await run('python3', [join(__dirname, 'use_mongodb_with_pymongo.py'), database.uri]);
  expect(JSON.parse(stdout)).toEqual({
    ping: 1,
    set: 'rs0',
    indexes: ['_id_', 'parts_1', 'to_-1'],
    same: true,
    duplicate: { parts: 1 },
    newest: [300, 299, 298],
    batches: 301,
    count: 10,
    sum: [{ _id: null, sum: 6 }],
    incremented: 2,
    bulk: [[11_000], 1, 1],
    snapshot: true,
    transaction: [300, true],
    unknown: 59,
    collections: [],
  });
  await database.close();
});
