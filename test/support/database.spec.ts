import { mongo } from 'mongoose';
import { TestDatabase } from './database';

const names = async (database: TestDatabase): Promise<string[]> => {
  const { databases } = await database.db.admin().listDatabases();
  return databases.map(({ name }) => name);
};

describe('TestDatabase', () => {
  it('is where a client of its URI writes, and gone when closed', async () => {
    const [database, other] = [await TestDatabase.create(), await TestDatabase.create()];
    const client = await mongo.MongoClient.connect(database.uri);
    await client.db().collection('things').insertOne({ a: 1 });
    await client.close();
    expect(await database.db.collection('things').countDocuments()).toBe(1);
    expect(await other.db.collection('things').countDocuments()).toBe(0);
    expect(await names(other)).toContain(database.name);
    await database.close();
    expect(await names(other)).not.toContain(database.name);
    await other.close();
  });

  it('fails a test that leaves a client open', async () => {
    const database = await TestDatabase.create();
    const client = await mongo.MongoClient.connect(database.uri);
    await expect(database.close()).rejects.toThrow(/left open: \d+ MongoDB connections to t_testdatabase_fails/);
    await client.close();
  });
});
