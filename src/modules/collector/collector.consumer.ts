import { Nack, RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { decodeMessage } from '../../log/decode-message';
import { type Clock, SECOND_US } from '../../log/timestamp';
import { COLLECT, Consuming } from '../../messaging/consuming.module';
import { type Delivery, toWireMessage } from '../../messaging/to-wire-message';
import { CollectorEvents } from '../../telemetry/collector-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import { encodePart } from './chunk-gather-store';
import { Gatherer, GivenUp } from './gatherer';
import { Heartbeat } from './heartbeat';
import { contentOf, HeldMessage } from './held-message';
import { StoreOutage } from './outage';
import { StoreProbe } from './store-probe';

/** How long a stop waits for what is in hand. */
const DRAIN_MS = 15_000;

/**
 * Takes messages from the broker and lets go of each only once everything in it is durable: the library acknowledges
 * when the handler resolves. A message that was acknowledged too late, or not at all, comes again and changes nothing.
 */
@Injectable()
export class CollectorConsumer implements BeforeApplicationShutdown {
  private isGivingBack = false;
  private isStopping = false;

  constructor(
    private readonly gatherer: Gatherer,
    private readonly consuming: Consuming,
    private readonly probe: StoreProbe,
    private readonly heartbeat: Heartbeat,
    private readonly events: CollectorEvents,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @RabbitSubscribe({ name: COLLECT })
  async collect(_body: Buffer, delivery: Delivery): Promise<Nack | undefined> {
    if (delivery.fields.redelivered) this.events.messageRedelivered();
    const held = this.hold(delivery);
    try {
      await this.gatherer.add(held);
    } catch (error) {
      if (!(error instanceof StoreOutage || error instanceof GivenUp)) throw error;
      this.events.messageGivenBack();
      if (error instanceof StoreOutage) void this.giveBackUntilStoreReturns(error);
      return new Nack(true);
    }
    if (held.madeAt !== null) this.events.lag((this.clock() - held.madeAt) / SECOND_US);
    return undefined;
  }

  /** Apart from {@link collect}, which would keep its records until the acknowledgement. */
  private hold(delivery: Delivery): HeldMessage {
    const message = toWireMessage(delivery);
    const decoded = decodeMessage(message, { now: this.clock(), retention: this.config.retention });
    return new HeldMessage(message, contentOf(decoded, message.body.length, encodePart));
  }

  /** Consumers first, then what is in hand; the store closes later. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    const startedAt = this.clock();
    const inHand = this.gatherer.inHand;
    await this.consuming.stop();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), DRAIN_MS)));
    const isDrained = await Promise.race([this.gatherer.drained().then(() => true), limit]);
    clearTimeout(timer);
    await this.heartbeat.stop(isDrained);
    if (isDrained) this.events.drained(inHand, (this.clock() - startedAt) / SECOND_US);
    else {
      this.events.drainTimedOut(this.gatherer.inHand);
      this.gatherer.giveUp(); // the library ends its connection only once every handler has answered
    }
  }

  /** Once for all the messages that an outage gives back. */
  private async giveBackUntilStoreReturns(outage: StoreOutage): Promise<void> {
    if (this.isGivingBack) return;
    this.isGivingBack = true;
    this.events.consumingPaused(outage);
    await this.consuming.pause();
    await this.probe.untilReachable();
    if (this.isStopping) return; // there is no connection to consume on any more
    this.isGivingBack = false;
    this.consuming.resume();
    this.events.consumingResumed();
  }
}
