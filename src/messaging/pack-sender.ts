import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { ConfirmChannel } from 'amqplib';
import { PACK_CONTENT_TYPE } from '../log/pack';
import { routingKeyOf } from '../log/routing-key';
import type { BrokerEvents } from '../telemetry/broker-events';
import type { SealedPack } from './sealed-pack';
import { LOGS_EXCHANGE } from './topology';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * Sends packs to the exchange: persistent, confirmed and `mandatory`. A confirm alone is no delivery: a message that no
 * queue takes comes back first, and counts as failed. A pack keeps its id over every try, so a try whose confirm got lost
 * does no harm. While the broker is away packs wait; the library sends what was unconfirmed again once it is back.
 */
export class PackSender {
  /** How often each pack has come back; the same one may be sent by two callers at once. */
  private readonly returned = new Map<string, number>();
  private isGivenUp = false;

  constructor(
    private readonly amqp: AmqpConnection,
    private readonly newPackId: () => string,
    private readonly events: BrokerEvents,
    /** Called when a message came back: a queue or binding is gone. */
    private readonly mendTopology: () => Promise<unknown>,
  ) {
    void amqp.managedChannel.addSetup((channel: ConfirmChannel) => {
      channel.on('return', ({ properties }) => {
        const packId = String(properties.messageId);
        this.returned.set(packId, (this.returned.get(packId) ?? 0) + 1);
      });
    });
  }

  /** Resolves once the pack is confirmed and routed; rejects only after {@link giveUp}. */
  readonly send = async (pack: SealedPack): Promise<void> => {
    const packId = pack.id ?? this.newPackId();
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        await this.tryOnce(pack, packId);
        this.events.packConfirmed(pack.count);
        return;
      } catch (error) {
        if (this.isGivenUp) throw error;
        this.events.packRetried(error instanceof PackReturned ? 'returned' : 'refused', packId, error);
        if (error instanceof PackReturned) await this.mendTopology();
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  };

  /** Ends all further tries: what is unconfirmed when its connection closes is rejected. */
  giveUp(): void {
    this.isGivenUp = true;
  }

  private async tryOnce({ service, severity, count, body }: SealedPack, packId: string): Promise<void> {
    if (this.isGivenUp) throw new Error('the process stops');
    await this.amqp.publish(LOGS_EXCHANGE, routingKeyOf(service, severity), body, {
      persistent: true,
      mandatory: true,
      contentType: PACK_CONTENT_TYPE,
      messageId: packId,
      headers: { service, severity, count },
    });
    if (this.takeReturned(packId)) throw new PackReturned();
  }

  private takeReturned(packId: string): boolean {
    const times = this.returned.get(packId) ?? 0;
    if (times > 1) this.returned.set(packId, times - 1);
    else this.returned.delete(packId);
    return times > 0;
  }
}

class PackReturned extends Error {
  constructor() {
    super('the exchange had no queue for the pack');
  }
}
