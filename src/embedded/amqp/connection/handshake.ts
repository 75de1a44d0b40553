import type { Vhost } from '../broker/vhost';
import { AmqpError } from '../reply-codes';
import type { ClientMethod, ServerMethods } from '../wire/method-fields';

/** What a client sends first: "AMQP", 0, and the version 0-9-1. */
export const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

/** RabbitMQ's defaults. */
export const FRAME_MAX = 131_072;
const CHANNEL_MAX = 2_047;
const HEARTBEAT_SECONDS = 60;
/** The specification's frame-min-size. */
const FRAME_MIN = 4_096;

export const START: ServerMethods['ConnectionStart'] = {
  versionMajor: 0,
  versionMinor: 9,
  serverProperties: {
    capabilities: {
      publisher_confirms: true,
      exchange_exchange_bindings: true,
      'basic.nack': true,
      consumer_cancel_notify: true,
      'connection.blocked': false,
      consumer_priorities: false,
      authentication_failure_close: true,
      per_consumer_qos: true,
      direct_reply_to: true,
    },
    product: 'Logwarren embedded AMQP server',
    version: '0.9.1',
    platform: 'Node.js',
    information: 'In the memory of one process; not for production.',
  },
  mechanisms: Buffer.from('PLAIN AMQPLAIN'),
  locales: Buffer.from('en_US'),
};

export const TUNE: ServerMethods['ConnectionTune'] = {
  channelMax: CHANNEL_MAX,
  frameMax: FRAME_MAX,
  heartbeat: HEARTBEAT_SECONDS,
};

/** What client and server have agreed on. */
export interface Agreement {
  wantsCancelNotice: boolean;
  channelMax: number;
  maxFrameBytes: number;
  /** 0: none. */
  heartbeatSeconds: number;
  vhost: Vhost;
}

/**
 * The server's side of the beginning of a connection (AMQP 0-9-1, section 2.2.4):
 *
 *     -> protocol header   <- Start   -> StartOk   <- Tune   -> TuneOk   -> Open   <- OpenOk
 *
 * Any user and password will do: the server listens on the loopback address only.
 */
export class Handshake {
  private awaits: 'ConnectionStartOk' | 'ConnectionTuneOk' | 'ConnectionOpen' = 'ConnectionStartOk';
  private readonly agreed: Omit<Agreement, 'vhost'> = {
    wantsCancelNotice: false,
    channelMax: CHANNEL_MAX,
    maxFrameBytes: FRAME_MAX,
    heartbeatSeconds: 0,
  };

  constructor(
    private readonly vhostNamed: (name: string) => Vhost | undefined,
    private readonly sendTune: () => void,
  ) {}

  /** @returns what was agreed, once the client has opened its vhost. @throws AmqpError where it asks for what cannot be. */
  take(method: ClientMethod): Agreement | undefined {
    if (method.name !== this.awaits) {
      throw new AmqpError('COMMAND_INVALID', `${method.name} where ${this.awaits} was expected`);
    }
    switch (method.name) {
      case 'ConnectionStartOk':
        this.startOk(method.fields.mechanism, method.fields.clientProperties);
        return undefined;
      case 'ConnectionTuneOk':
        this.tuneOk(method.fields);
        return undefined;
      case 'ConnectionOpen':
        return this.open(method.fields.virtualHost);
    }
  }

  private startOk(mechanism: string, clientProperties: Record<string, unknown>): void {
    if (!START.mechanisms.toString().split(' ').includes(mechanism)) {
      throw new AmqpError('ACCESS_REFUSED', `unknown authentication mechanism '${mechanism}'`);
    }
    const { capabilities } = clientProperties;
    const wanted = typeof capabilities === 'object' ? (capabilities as Record<string, unknown> | null) : null;
    this.agreed.wantsCancelNotice = wanted?.['consumer_cancel_notify'] === true;
    this.awaits = 'ConnectionTuneOk';
    this.sendTune();
  }

  private tuneOk({ channelMax, frameMax, heartbeat }: ServerMethods['ConnectionTune']): void {
    this.agreed.channelMax = negotiated('channel_max', channelMax, CHANNEL_MAX);
    this.agreed.maxFrameBytes = negotiated('frame_max', frameMax, FRAME_MAX);
    if (this.agreed.maxFrameBytes < FRAME_MIN) {
      throw new AmqpError('NOT_ALLOWED', `negotiated frame_max = ${frameMax} is lower than the minimum ${FRAME_MIN}`);
    }
    this.agreed.heartbeatSeconds = heartbeat;
    this.awaits = 'ConnectionOpen';
  }

  private open(name: string): Agreement {
    const vhost = this.vhostNamed(name);
    if (!vhost) throw new AmqpError('NOT_ALLOWED', `vhost ${name} not found`);
    return { ...this.agreed, vhost };
  }
}

/** A client may ask for less than it was offered; 0 asks for the most there is. */
function negotiated(name: string, asked: number, offered: number): number {
  if (asked > offered) {
    const reason = `negotiated ${name} = ${asked} is higher than the maximum allowed value (${offered})`;
    throw new AmqpError('NOT_ALLOWED', reason);
  }
  return asked === 0 ? offered : asked;
}
