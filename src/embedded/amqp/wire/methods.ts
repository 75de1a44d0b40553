import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AmqpError } from '../reply-codes';
import type { ClientMethod, ClientMethodName, ServerMethodName, ServerMethods } from './method-fields';
import { readTable, type FieldTable } from './field-table';

/**
 * Methods of AMQP 0-9-1 to and from bytes. The tables that do it are amqplib's `lib/defs.js`, generated from the
 * specification for both directions. The package does not export that file, so it is loaded by its path, and the
 * package's version is pinned.
 */
interface Definitions {
  decode(id: number, args: Buffer): unknown;
  encodeMethod(id: number, channel: number, fields: object): Buffer;
  info(id: number): { name: string; args: readonly { type: string; name: string }[] };
  readonly [method: string]: unknown;
}

const load = createRequire(__filename);
const defs = load(join(dirname(load.resolve('amqplib')), 'lib/defs.js')) as Definitions;

const CLIENT_METHODS: Record<ClientMethodName, true> = {
  ConnectionStartOk: true,
  ConnectionTuneOk: true,
  ConnectionOpen: true,
  ConnectionClose: true,
  ConnectionCloseOk: true,
  ChannelOpen: true,
  ChannelFlow: true,
  ChannelFlowOk: true,
  ChannelClose: true,
  ChannelCloseOk: true,
  ExchangeDeclare: true,
  ExchangeDelete: true,
  ExchangeBind: true,
  ExchangeUnbind: true,
  QueueDeclare: true,
  QueueBind: true,
  QueueUnbind: true,
  QueuePurge: true,
  QueueDelete: true,
  BasicQos: true,
  BasicConsume: true,
  BasicCancel: true,
  BasicCancelOk: true,
  BasicPublish: true,
  BasicGet: true,
  BasicAck: true,
  BasicReject: true,
  BasicNack: true,
  BasicRecover: true,
  BasicRecoverAsync: true,
  ConfirmSelect: true,
};
const idOf = (name: string): number => defs[name] as number;
const CLIENT_NAMES = new Map(Object.keys(CLIENT_METHODS).map((name) => [idOf(name), name as ClientMethodName]));

/** The class and method of a method frame, as `connection.close` and `channel.close` tell them; zeros for none. */
export interface MethodId {
  classId: number;
  methodId: number;
}

export function methodIdOf(payload: Buffer | undefined): MethodId {
  if (!payload || payload.length < 4) return { classId: 0, methodId: 0 };
  return { classId: payload.readUInt16BE(0), methodId: payload.readUInt16BE(2) };
}

/**
 * Decodes the payload of a method frame that a client sent.
 *
 * @throws AmqpError NOT_IMPLEMENTED for a method that this server does not know, COMMAND_INVALID for one that only
 *   servers send, SYNTAX_ERROR for damaged arguments, FRAME_ERROR for text that is no UTF-8.
 */
export function decodeMethod(payload: Buffer): ClientMethod {
  if (payload.length < 4) throw new AmqpError('FRAME_ERROR', 'a method frame without a method');
  const id = payload.readUInt32BE(0);
  const name = CLIENT_NAMES.get(id);
  if (!name) throw unknownMethod(id);
  try {
    const args = payload.subarray(4);
    const fields = defs.decode(id, args) as Record<string, unknown>;
    if (fields['arguments'] !== undefined) fields['arguments'] = argumentsIn(id, args);
    if (name !== 'ConnectionStartOk' && Object.values(fields).some((value) => isMalformed(name, value, args))) {
      throw new AmqpError('FRAME_ERROR', 'Malformed UTF-8 in shortstr');
    }
    // The fields are those of the specification by the tables that decoded them.
    return { name, fields } as unknown as ClientMethod;
  } catch (error) {
    if (error instanceof AmqpError) throw error;
    throw new AmqpError('SYNTAX_ERROR', `${name} with damaged arguments`);
  }
}

/**
 * Whether bytes that are no UTF-8 were replaced where `value` was decoded; the character that stands for them may be
 * meant, too. RabbitMQ lets them pass in what is published, so they do here as long as there is room for them.
 */
function isMalformed(name: ClientMethodName, value: unknown, args: Buffer): boolean {
  if (typeof value !== 'string' || !value.includes('\ufffd')) return false;
  return Buffer.byteLength(value) > 255 || (name !== 'BasicPublish' && !args.includes(value));
}

function unknownMethod(id: number): AmqpError {
  let name: string;
  try {
    name = defs.info(id).name;
  } catch {
    return new AmqpError('COMMAND_INVALID', `no method ${id >>> 16}.${id & 0xffff}`); // info() throws for those
  }
  if (/Ok$|^ConnectionStart|^ConnectionTune|^ConnectionSecure|Deliver|Return|Empty/.test(name)) {
    return new AmqpError('COMMAND_INVALID', `${name} is for servers to send`);
  }
  return new AmqpError('NOT_IMPLEMENTED', `${name} is not there in the embedded server`);
}

/** The `arguments` of a method as a table of raw values; in every method that has them they come last. */
function argumentsIn(id: number, args: Buffer): FieldTable {
  let at = 0;
  let inBits = false;
  for (const { type } of defs.info(id).args) {
    const bit = type === 'bit';
    if (inBits && !bit) at += 1; // bits in a row share a byte
    inBits = bit;
    if (type === 'short') at += 2;
    if (type === 'shortstr') at += 1 + args.readUInt8(at);
  }
  return readTable(args.subarray(at));
}

/** The whole frame of a method that a server sends. */
export function encodeMethod<Name extends ServerMethodName>(
  name: Name,
  channel: number,
  fields: ServerMethods[Name],
): Buffer {
  return defs.encodeMethod(idOf(name), channel, fields);
}
