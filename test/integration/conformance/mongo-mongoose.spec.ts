import { connect as dial, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { type Connection, createConnection, type Model, mongo, Schema } from 'mongoose';
import { TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

interface Thing {
  readonly _id: string;
  readonly service: string;
  readonly at: Date;
  readonly count: number;
  readonly bytes: mongo.Binary;
  readonly more?: unknown;
  readonly parts?: readonly mongo.Binary[];
}

const schema = new Schema<Thing>(
  {
    _id: String,
    service: { type: String, required: true },
    at: Date,
    count: Number,
    bytes: Schema.Types.Buffer,
    more: Schema.Types.Mixed,
    parts: { type: [Schema.Types.Buffer], default: undefined },
  },
  { collection: 'things', versionKey: false, id: false },
)
  .index({ service: 1, at: -1 })
  .index({ parts: 1 }, { unique: true, sparse: true })
  .index({ at: 1 }, { expireAfterSeconds: 864_000 });

let database: TestDatabase;
let connection: Connection;
let things: Model<Thing>;
beforeEach(async () => {
  database = await TestDatabase.create();
  connection = await createConnection(database.uri, { autoIndex: false, autoCreate: false }).asPromise();
  things = connection.model('Thing', schema);
});
afterEach(async () => {
  await connection.close();
  await database.close();
});

const aThing = (_id: string, given: Partial<Thing> = {}): Thing => ({
  ...{ _id, service: 'shop', at: new Date(), count: 1 },
  bytes: new mongo.Binary(Buffer.from([0, 200])),
  ...given,
});

it('makes the collection and the indexes of a schema, once', async () => {
  await things.createCollection();
  await things.createCollection();
  await things.createIndexes();
  await things.createIndexes();
  const keys = (await things.listIndexes()).map(({ key }) => key as unknown);
  expect(keys).toEqual([{ _id: 1 }, { service: 1, at: -1 }, { parts: 1 }, { at: 1 }]);
  expect(await things.diffIndexes()).toEqual({ toDrop: [], toCreate: [] });
});

it('brings the indexes in line with the schema', async () => {
  await things.collection.createIndex({ old: 1 });
  expect(await things.syncIndexes()).toEqual(['old_1']);
  expect(await things.diffIndexes()).toEqual({ toDrop: [], toCreate: [] });
});

it('stores documents, changes them and finds them', async () => {
  const thing = await things.create(aThing('a', { more: { deep: [1, { x: null }] } }));
  thing.set('count', 5);
  await thing.save();
  expect((await things.findById('a'))?.count).toBe(5);
  await things.insertMany([aThing('b', { service: 'cart', count: 2 }), aThing('c', { count: 3 })]);
  const found = await things
    .find({ service: { $in: ['shop'] } })
    .sort({ count: -1 })
    .lean<Thing[]>()
    .exec();
  expect(found.map(({ _id, count }) => [_id, count])).toEqual([
    ['a', 5],
    ['c', 3],
  ]);
  expect(found[0]?.more).toEqual({ deep: [1, { x: null }] });
  expect(found[0]?.bytes).toEqual(new mongo.Binary(Buffer.from([0, 200])));
  expect(await things.countDocuments({ count: { $gt: 2 } })).toBe(2);
  expect((await things.distinct('service')).sort()).toEqual(['cart', 'shop']);
  await things.deleteOne({ _id: 'b' });
  expect(await things.exists({ _id: 'b' })).toBeNull();
});

it('replaces, upserts and counts what matched', async () => {
  const { _id, ...rest } = aThing('a');
  const options = { upsert: true, writeConcern: { w: 1 } } as const;
  expect(await things.replaceOne({ _id }, rest, options)).toMatchObject({ upsertedCount: 1, upsertedId: 'a' });
  expect(await things.replaceOne({ _id }, { ...rest, count: 7 }, options)).toMatchObject({ matchedCount: 1 });
  expect(await things.updateOne({ _id, count: 6 }, { $set: { count: 8 } })).toMatchObject({ matchedCount: 0 });
  const after = await things
    .findOneAndUpdate({ _id }, { $inc: { count: 1 } }, { returnDocument: 'after' })
    .lean<Thing>();
  expect(after?.count).toBe(8);
  const raise = { updateOne: { filter: { _id }, update: { $max: { count: 9 } } } };
  expect(await things.bulkWrite([raise])).toMatchObject({ modifiedCount: 1 });
});

it('is told of a duplicate, and of which index', async () => {
  await things.createIndexes();
  const parts = [new mongo.Binary(Buffer.alloc(20, 9))];
  await things.create(aThing('a', { parts }));
  await expect(things.create(aThing('b', { parts }))).rejects.toMatchObject({ code: 11_000, keyPattern: { parts: 1 } });
  await expect(things.create(aThing('a'))).rejects.toMatchObject({ code: 11_000, keyPattern: { _id: 1 } });
});

it('goes through a cursor, batch by batch', async () => {
  const ids = Array.from({ length: 250 }, (_, i) => String(i).padStart(3, '0'));
  await things.insertMany(ids.map((_id) => aThing(_id)));
  const seen: string[] = [];
  for await (const { _id } of things.find().sort({ _id: 1 }).lean<Thing[]>().cursor({ batchSize: 20 })) seen.push(_id);
  expect(seen).toEqual(ids);
});

it('has transactions, which see and lose what they wrote', async () => {
  await things.createCollection();
  await connection.transaction(async (session) => {
    await things.create([aThing('a')], { session });
    await things.updateOne({ _id: 'a' }, { $inc: { count: 1 } }, { session });
    expect((await things.findById('a').session(session))?.count).toBe(2);
    expect(await things.findById('a')).toBeNull();
  });
  const failing = connection.transaction(async (session) => {
    await things.deleteMany({}, { session });
    throw new Error('never mind');
  });
  await expect(failing).rejects.toThrow('never mind');
  expect((await things.findById('a'))?.count).toBe(2);
});

describe('when its connections are cut', () => {
  /** Hands bytes to and fro between clients and the server, until it cuts them off. */
  class Line {
    readonly ends = new Set<Socket>();

    private constructor(private readonly server: Server) {}

    static async to({ hostname, port }: URL): Promise<Line> {
      const server = createServer();
      const line = new Line(server);
      server.on('connection', (client) => line.join(client, dial(Number(port), hostname)));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return line;
    }

    get host(): string {
      return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    cut(): void {
      for (const end of this.ends) end.destroy();
    }

    async close(): Promise<void> {
      this.cut();
      await new Promise((resolve) => this.server.close(resolve));
    }

    private join(...pair: [Socket, Socket]): void {
      for (const [one, other] of [pair, [pair[1], pair[0]] as const]) {
        this.ends.add(one);
        one.pipe(other);
        one.on('error', () => undefined); // its end follows
        one.on('close', () => {
          this.ends.delete(one);
          other.destroy();
        });
      }
    }
  }

  it('connects again by itself, and has lost nothing', async () => {
    const line = await Line.to(new URL(database.uri));
    const uri = new URL(database.uri);
    uri.host = line.host;
    uri.search = 'directConnection=true';
    const far = await createConnection(uri.href, { heartbeatFrequencyMS: 500 }).asPromise();
    const model = far.model('Thing', schema);
    for (let i = 0; i < 5; i++) {
      await eventually(() => model.create(aThing(`thing ${i}`)));
      line.cut();
    }
    expect(await eventually(() => model.countDocuments())).toBe(5);
    await far.close();
    await line.close();
    expect(await things.countDocuments()).toBe(5);
  });
});
