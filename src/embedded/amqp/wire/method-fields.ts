import type { FieldTable } from './field-table';

/** A table that needs no exact types, decoded to plain values. */
type PlainTable = Record<string, unknown>;

interface Close {
  replyCode: number;
  replyText: string;
  classId: number;
  methodId: number;
}
interface NoFields {
  [field: string]: never;
}
interface Binding {
  exchange: string;
  routingKey: string;
  arguments: FieldTable;
}
interface ExchangeBinding {
  source: string;
  destination: string;
  routingKey: string;
  arguments: FieldTable;
}

/** The methods that a client may send, with their fields (AMQP 0-9-1 and RabbitMQ's extensions). */
export interface ClientMethods {
  ConnectionStartOk: { clientProperties: PlainTable; mechanism: string; response: string; locale: string };
  ConnectionTuneOk: { channelMax: number; frameMax: number; heartbeat: number };
  ConnectionOpen: { virtualHost: string };
  ConnectionClose: Close;
  ConnectionCloseOk: NoFields;
  ChannelOpen: NoFields;
  ChannelFlow: { active: boolean };
  ChannelFlowOk: { active: boolean };
  ChannelClose: Close;
  ChannelCloseOk: NoFields;
  ExchangeDeclare: {
    exchange: string;
    type: string;
    passive: boolean;
    durable: boolean;
    autoDelete: boolean;
    internal: boolean;
    nowait: boolean;
    arguments: FieldTable;
  };
  ExchangeDelete: { exchange: string; ifUnused: boolean; nowait: boolean };
  ExchangeBind: ExchangeBinding & { nowait: boolean };
  ExchangeUnbind: ExchangeBinding & { nowait: boolean };
  QueueDeclare: {
    queue: string;
    passive: boolean;
    durable: boolean;
    exclusive: boolean;
    autoDelete: boolean;
    nowait: boolean;
    arguments: FieldTable;
  };
  QueueBind: Binding & { queue: string; nowait: boolean };
  QueueUnbind: Binding & { queue: string };
  QueuePurge: { queue: string; nowait: boolean };
  QueueDelete: { queue: string; ifUnused: boolean; ifEmpty: boolean; nowait: boolean };
  BasicQos: { prefetchSize: number; prefetchCount: number; global: boolean };
  BasicConsume: {
    queue: string;
    consumerTag: string;
    noLocal: boolean;
    noAck: boolean;
    exclusive: boolean;
    nowait: boolean;
    arguments: FieldTable;
  };
  BasicCancel: { consumerTag: string; nowait: boolean };
  BasicCancelOk: { consumerTag: string };
  BasicPublish: { exchange: string; routingKey: string; mandatory: boolean; immediate: boolean };
  BasicGet: { queue: string; noAck: boolean };
  BasicAck: { deliveryTag: number; multiple: boolean };
  BasicReject: { deliveryTag: number; requeue: boolean };
  BasicNack: { deliveryTag: number; multiple: boolean; requeue: boolean };
  BasicRecover: { requeue: boolean };
  BasicRecoverAsync: { requeue: boolean };
  ConfirmSelect: { nowait: boolean };
}

/** The methods that a server may send. */
export interface ServerMethods {
  ConnectionStart: {
    versionMajor: number;
    versionMinor: number;
    serverProperties: PlainTable;
    mechanisms: Buffer;
    locales: Buffer;
  };
  ConnectionTune: { channelMax: number; frameMax: number; heartbeat: number };
  ConnectionOpenOk: NoFields;
  ConnectionClose: Close;
  ConnectionCloseOk: NoFields;
  ChannelOpenOk: NoFields;
  ChannelFlowOk: { active: boolean };
  ChannelClose: Close;
  ChannelCloseOk: NoFields;
  ExchangeDeclareOk: NoFields;
  ExchangeDeleteOk: NoFields;
  ExchangeBindOk: NoFields;
  ExchangeUnbindOk: NoFields;
  QueueDeclareOk: { queue: string; messageCount: number; consumerCount: number };
  QueueBindOk: NoFields;
  QueueUnbindOk: NoFields;
  QueuePurgeOk: { messageCount: number };
  QueueDeleteOk: { messageCount: number };
  BasicQosOk: NoFields;
  BasicConsumeOk: { consumerTag: string };
  BasicCancel: { consumerTag: string; nowait: boolean };
  BasicCancelOk: { consumerTag: string };
  BasicReturn: { replyCode: number; replyText: string; exchange: string; routingKey: string };
  BasicDeliver: {
    consumerTag: string;
    deliveryTag: number;
    redelivered: boolean;
    exchange: string;
    routingKey: string;
  };
  BasicGetOk: {
    deliveryTag: number;
    redelivered: boolean;
    exchange: string;
    routingKey: string;
    messageCount: number;
  };
  BasicGetEmpty: NoFields;
  BasicRecoverOk: NoFields;
  BasicAck: { deliveryTag: number; multiple: boolean };
  BasicNack: { deliveryTag: number; multiple: boolean; requeue: boolean };
  ConfirmSelectOk: NoFields;
}

export type ClientMethodName = keyof ClientMethods;
export type ServerMethodName = keyof ServerMethods;
/** One method of a client: its name tells its fields. */
export type ClientMethod = {
  [Name in ClientMethodName]: { name: Name; fields: ClientMethods[Name] };
}[ClientMethodName];
