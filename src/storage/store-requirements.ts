import type { mongo } from 'mongoose';

/** MongoDB is there, but is not one that Logwarren can work with. Permanent: somebody has to change it. */
export class StoreUnsuitable extends Error {
  override readonly name = 'StoreUnsuitable';

  constructor(problem: string) {
    super(`MONGODB_URI: ${problem}`);
  }
}

/** The first wire version that has snapshot reads: MongoDB 5.0. */
const WIRE_VERSION_5_0 = 13;

/**
 * Checks what searches and merging rest on: snapshot reads (MongoDB 5.0) and transactions (a replica set; one member will
 * do). Throws {@link StoreUnsuitable} when they cannot be had, and Error when the replica set is not ready yet.
 */
export async function checkRequirements(db: Pick<mongo.Db, 'command'>): Promise<void> {
  const hello = await db.command({ hello: 1 });
  if (!(Number(hello['maxWireVersion']) >= WIRE_VERSION_5_0)) {
    throw new StoreUnsuitable('this MongoDB is older than 5.0, which is the first with snapshot reads: upgrade it');
  }
  const isSharded = hello['msg'] === 'isdbgrid';
  if (hello['isreplicaset'] === true) {
    throw new Error('the replica set of MONGODB_URI is not initiated; run rs.initiate() in mongosh once');
  }
  if (hello['setName'] === undefined && !isSharded) {
    const fix = 'start mongod with --replSet rs0 and run rs.initiate() in mongosh once; one member will do';
    throw new StoreUnsuitable(`this MongoDB is no replica set, which transactions need: ${fix}`);
  }
  if (hello['isWritablePrimary'] !== true) {
    throw new Error('the server of MONGODB_URI takes no writes: it is no primary now (is one being elected?)');
  }
}
