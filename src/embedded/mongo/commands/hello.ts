import type { Answer } from '../wire/answer';
import { flagIn, optionalDocument } from '../document-fields';
import type { Call, Command } from './call';
import { SESSION_MINUTES } from './sessions';
import { MAX_MESSAGE_BYTES } from '../wire/message-reader';
import { toTimestamp } from '../store/cluster-clock';
import { MAX_DOCUMENT_BYTES } from '../store/stored-document';

export const REPLICA_SET = 'rs0';
/** That of MongoDB 7.0: whatever drivers ask of a server of that version is answered, if only by a refusal. */
const MAX_WIRE_VERSION = 21;
const MAX_BATCH = 100_000;

/**
 * What a driver asks first, and again every few seconds: the server is the only member of a replica set, found where the
 * client dialled it. Without `topologyVersion`, so that no driver waits for an answer that comes when something changes.
 */
export const helloCommand: Command = {
  names: ['hello', 'isMaster', 'ismaster'],
  fields: [
    ...['hello', 'isMaster', 'ismaster', 'helloOk', 'client', 'compression', 'loadBalanced', 'speculativeAuthenticate'],
    ...['saslSupportedMechs', 'topologyVersion', 'maxAwaitTimeMS', 'hostInfo', 'backpressure', 'comment'],
  ],
  run: hello,
};

function hello({ command, name, client, server }: Call): Answer {
  client.metadata = optionalDocument(command, 'client') ?? client.metadata;
  const now = server.now();
  const at = { ts: toTimestamp(server.store.clock.current), t: 1 };
  return {
    ...(flagIn(command, 'helloOk') && { helloOk: true }),
    ...(name === 'hello' ? { isWritablePrimary: true } : { ismaster: true }),
    hosts: [client.dialled],
    setName: REPLICA_SET,
    setVersion: 1,
    secondary: false,
    primary: client.dialled,
    me: client.dialled,
    lastWrite: { opTime: at, lastWriteDate: now, majorityOpTime: at, majorityWriteDate: now },
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: MAX_BATCH,
    localTime: now,
    logicalSessionTimeoutMinutes: SESSION_MINUTES,
    connectionId: client.id,
    minWireVersion: 0,
    maxWireVersion: MAX_WIRE_VERSION,
    readOnly: false,
  };
}
