import { Injectable } from '@nestjs/common';
import { MONITORING_QUEUE } from '../../messaging/topology';
import { BrokerEvents } from '../../telemetry/broker-events';
import { Readiness } from '../../telemetry/readiness';

/** The connection under Nest's transport, as far as it is used here. */
export interface TransportConnection {
  isConnected(): boolean;
  reconnect(): void;
  close(): Promise<void>;
  /** amqplib's, while it stands. */
  readonly connection: object | undefined;
  on(event: 'connect' | 'disconnect' | 'connectFailed', listener: (told: { err?: unknown }) => void): unknown;
}

const CONNECTION = 'monitor';

/**
 * The connection on which Nest's transport consumes MonitoringQueue. Nest consumes once a connection and does not notice
 * when a queue is deleted, which takes its consumers with it; so that is looked after here.
 */
@Injectable()
export class MonitoringLink {
  private transport: TransportConnection | null = null;

  constructor(
    private readonly events: BrokerEvents,
    readiness: Readiness,
  ) {
    readiness.add('monitoring', () => (this.isConsuming ? null : `${MONITORING_QUEUE} is not being consumed`));
  }

  /** Takes the connection over from the transport, once that has been started. */
  attach(transport: TransportConnection): void {
    this.transport = transport;
    if (transport.isConnected()) this.events.connectionUp(CONNECTION);
    transport.on('connect', () => this.events.connectionUp(CONNECTION));
    transport.on('disconnect', ({ err }) => this.events.connectionLost(CONNECTION, err));
    transport.on('connectFailed', ({ err }) => this.events.connectFailed(CONNECTION, err));
  }

  /** The transport could not open its channel: the connection went meanwhile. It does so again on the next one. */
  channelFailed(error: unknown): void {
    this.events.channelFailed(CONNECTION, error);
  }

  get isConsuming(): boolean {
    return this.transport?.isConnected() === true && consumersOn(this.transport.connection).length > 0;
  }

  /** Consumes again, on a new connection, when the broker has taken the consumer away. */
  check(): void {
    if (this.transport === null || !this.transport.isConnected() || this.isConsuming) return;
    this.events.consumerLost(MONITORING_QUEUE);
    this.transport.reconnect();
  }

  /**
   * Ends consuming; what was delivered until then has been handled when it resolves. The consumer is cancelled first: what
   * is on its way counts as taken, the broker sends it before it answers the cancel, and a channel that closes drops it.
   */
  async close(): Promise<void> {
    await settled(this.transport?.connection);
    const consumers = consumersOn(this.transport?.connection);
    await Promise.all(consumers.map(({ channel, tag }) => channel.cancel(tag))).catch(() => undefined); // gone with its connection
    await this.transport?.close();
  }
}

interface Channel {
  cancel(tag: string): Promise<unknown>;
}

interface Consumer {
  readonly channel: Channel;
  readonly tag: string;
}

/**
 * Resolves once the broker has answered what was asked of it before. Nest does not wait for its consumer: where a stop comes
 * right after the start, the channel would be closed under that request, whose failure nobody takes, which ends the process.
 */
async function settled(connection: object | undefined): Promise<void> {
  const asked = channelsOn(connection).map(async (channel) => channel.cancel('no such consumer'));
  await Promise.all(asked).catch(() => undefined); // gone with its connection
}

/** amqplib's channels know their consumers; its types do not tell. */
function consumersOn(connection: object | undefined): Consumer[] {
  return channelsOn(connection).flatMap(consumersOfChannel);
}

function channelsOn(connection: object | undefined): Channel[] {
  const inner = connection !== undefined && 'connection' in connection ? connection.connection : null;
  if (!isObject(inner) || !('channels' in inner) || !Array.isArray(inner.channels)) return [];
  const slots: unknown[] = inner.channels;
  return slots.map((slot) => (isObject(slot) && 'channel' in slot ? slot.channel : null)).filter(isChannel);
}

function consumersOfChannel(channel: Channel): Consumer[] {
  if (!('consumers' in channel) || !(channel.consumers instanceof Map)) return [];
  return Array.from(channel.consumers.keys(), (tag) => ({ channel, tag: String(tag) }));
}

function isChannel(value: unknown): value is Channel {
  return isObject(value) && 'cancel' in value && typeof value.cancel === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
