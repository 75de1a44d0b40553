import type { Document } from '../query/document';
import { flagIn, isDocument } from '../document-fields';
import type { Call } from './call';

/**
 * What `$currentOp` tells of the server: a document for each connection (nothing of what it is at, as commands are
 * carried out one by one), and for each cursor that waits to be asked. As of mongod, `client` is the remote address and
 * `appName` what the client calls itself.
 */
export function currentOperations({ server, client }: Call, options: Document): Document[] {
  const connections = flagIn(options, 'idleConnections') ? [...server.clients] : [client];
  const operations: Document[] = connections.map(({ id, remote, metadata }) => ({
    type: 'op',
    host: client.dialled,
    desc: `conn${id}`,
    connectionId: id,
    client: remote,
    ...appNameOf(metadata),
    active: id === client.id,
  }));
  if (!flagIn(options, 'idleCursors')) return operations;
  const cursors = server.cursors.all().map(({ id, namespace }) => ({
    type: 'idleCursor',
    host: client.dialled,
    ns: namespace,
    cursor: { cursorId: id },
  }));
  return [...operations, ...cursors];
}

function appNameOf(metadata: Document | null): Document {
  const application = metadata?.['application'];
  const name = isDocument(application) ? application['name'] : undefined;
  return { ...(name !== undefined && { appName: name }), ...(metadata !== null && { clientMetadata: metadata }) };
}
