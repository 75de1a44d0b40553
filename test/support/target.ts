import { BROKER, MONGODB_URI } from './addresses';
import type { BrokerHost } from './broker-host';
import { EmbeddedBroker } from './embedded-broker';
import { RealBroker } from './real-broker';

interface TargetGlobals {
  /** Which servers a test runs on, as its Jest project says; every project but `embedded` means the real ones. */
  servers?: 'embedded';
  /** Made by environment.js, which calls each once all tests and hooks of a file have run. */
  closedAtFileEnd?: (() => Promise<void>)[];
}
const globals = globalThis as TargetGlobals;

/** Which servers `TestBroker.create()` and `TestDatabase.create()` use. */
const TARGET: 'real' | 'embedded' = globals.servers ?? 'real';

let broker: Promise<EmbeddedBroker> | undefined;
let mongodbUri: Promise<string> | undefined;

/** The broker of the target; the embedded one is started at the first call, and serves the whole test file. */
export async function brokerOfTarget(): Promise<BrokerHost> {
  if (TARGET === 'real') return new RealBroker(BROKER);
  return (broker ??= startBroker());
}

/** Where MongoDB answers, with a database name to be replaced; the embedded one is started as the broker is. */
export async function mongodbOfTarget(): Promise<string> {
  if (TARGET === 'real') return MONGODB_URI;
  return (mongodbUri ??= startMongo());
}

async function startBroker(): Promise<EmbeddedBroker> {
  const started = await EmbeddedBroker.start();
  globals.closedAtFileEnd?.push(() => started.close());
  return started;
}

/** Loaded only where it is needed, as most files need but one of the two servers. */
async function startMongo(): Promise<string> {
  const { MongoServer } = await import('../../src/embedded/mongo/mongo-server');
  const evict = { collection: 'chunks', by: 'to' };
  const server = await MongoServer.start({ maxBytes: MAX_BYTES, evict, notify: () => undefined });
  globals.closedAtFileEnd?.push(() => server.close());
  return server.uriOf('test');
}

const MAX_BYTES = 1024 ** 3; // no test comes near it
