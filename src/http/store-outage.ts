/** Errors of the store's driver that mean it cannot be reached, by name: this folder does not know the driver. */
const OUTAGES = new Set([
  'StoreUnavailable',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoClientClosedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
]);

/**
 * Codes with which a server says that it is stopping, starting or not the primary, or that it gave up a command or a cursor,
 * as it took too long or somebody ended it (43, 50, 237, 262, 11601): another moment will do.
 */
const PASSING_CODES = new Set([
  6, 7, 43, 50, 89, 91, 134, 189, 237, 262, 9001, 10107, 11600, 11601, 11602, 13435, 13436,
]);
const BUFFERING = /buffering timed out/;
const MAX_DEPTH = 5;

/** Whether an error, or what caused it, is that the store cannot be reached now. */
export function isStoreOutage(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return false;
  if (OUTAGES.has(error.name) || OUTAGES.has(error.constructor.name)) return true;
  if (error.name === 'MongooseError' && BUFFERING.test(error.message)) return true;
  if (error.name === 'MongoServerError' && hasPassingCode(error)) return true;
  return isStoreOutage(error.cause, depth + 1);
}

function hasPassingCode(error: Error): boolean {
  return 'code' in error && typeof error.code === 'number' && PASSING_CODES.has(error.code);
}
