import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { type RabbitMQConfig } from '@golevelup/nestjs-rabbitmq';
import type { LoggerService } from '@nestjs/common';
import type { Channel } from 'amqplib';
import type { BrokerEvents } from '../telemetry/broker-events';

/**
 * A connection for each direction: a memory alarm stops all that arrives on a connection that has published. `watch` only
 * declares.
 */
export type ConnectionName = 'publish' | 'consume' | 'watch';

const HEARTBEAT_SECONDS = 10;
const RECONNECT_SECONDS = 1;

/**
 * The settings that the connections share. Connecting does not block the start: see `topology-keeper.ts` for who waits.
 */
export function connectionSettings(name: ConnectionName, url: string, logger: LoggerService): RabbitMQConfig {
  return {
    name,
    uri: url,
    logger,
    enableDirectReplyTo: false,
    connectionInitOptions: { wait: false, skipConnectionFailedLogging: true, skipDisconnectFailedLogging: true },
    connectionManagerOptions: {
      heartbeatIntervalInSeconds: HEARTBEAT_SECONDS,
      reconnectTimeInSeconds: RECONNECT_SECONDS,
      connectionOptions: { clientProperties: { connection_name: `logwarren ${name}` } },
    },
  };
}

/** golevelup's own chatter, kept for debugging; what matters of it is told by {@link BrokerEvents}. */
export function quietLogger(log: (message: string) => void): LoggerService {
  const say = (message: unknown): void => log(String(message));
  return { log: say, error: say, warn: say, debug: say, verbose: say };
}

/** Follows a connection's ups and downs: tells them, and knows whether the connection can be used now. */
export class ConnectionState {
  private isBlocked = false;

  constructor(
    private readonly amqp: AmqpConnection,
    name: ConnectionName,
    events: BrokerEvents,
  ) {
    const connection = amqp.managedConnection;
    connection.on('connect', () => {
      this.isBlocked = false;
      events.connectionUp(name);
    });
    connection.on('disconnect', ({ err }) => events.connectionLost(name, err));
    connection.on('connectFailed', ({ err }) => events.connectFailed(name, err));
    connection.on('blocked', ({ reason }) => {
      this.isBlocked = true;
      events.blocked(name, reason);
    });
    connection.on('unblocked', () => {
      this.isBlocked = false;
      events.unblocked(name);
    });
  }

  /** Whether the broker is connected and takes messages. */
  get isUsable(): boolean {
    return this.amqp.connected && !this.isBlocked;
  }
}

/** Runs `use` on a channel of its own, closed afterwards. Rejects when the connection is away or the broker refuses. */
export async function withChannel<T>(amqp: AmqpConnection, use: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = amqp.managedConnection.connection;
  if (connection === undefined) throw new Error('not connected to RabbitMQ');
  const channel = await connection.createChannel();
  let refusal: unknown;
  channel.on('error', (error) => (refusal = error));
  try {
    return await use(channel);
  } catch (error) {
    throw refusal ?? error;
  } finally {
    if (refusal === undefined) await channel.close().catch(() => undefined); // the connection went; its loss is told elsewhere
  }
}
