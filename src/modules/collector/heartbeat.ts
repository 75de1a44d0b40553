import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '../../log/timestamp';
import { Consuming } from '../../messaging/consuming.module';
import { Heartbeats, STALE_AFTER_US } from '../../storage/heartbeats';
import { CollectorEvents } from '../../telemetry/collector-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import { Gatherer } from './gatherer';

const EVERY_MS = 1_000;

/** Tells the search role once a second what this collector holds and what waits, so that answers can say what is missing. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap {
  private readonly instance = randomUUID();
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly gatherer: Gatherer,
    private readonly consuming: Consuming,
    private readonly heartbeats: Heartbeats,
    private readonly events: CollectorEvents,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    void this.beat();
  }

  /** Ends the beat. With nothing left in hand the last one is taken back; otherwise it stays, and keeps counting. */
  async stop(isDrained: boolean): Promise<void> {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    if (isDrained)
      await this.heartbeats.remove(this.instance).catch((error: unknown) => this.events.heartbeatFailed(error));
  }

  private async beat(): Promise<void> {
    try {
      const at = this.clock(); // before looking: of what comes to the queue meanwhile it knows nothing
      const ready = await this.readyMessages();
      if (ready === 0) await this.seeQueueEmpty(at);
      const { oldestInHand, newestDelivered, inHand } = this.gatherer;
      const heartbeat = { instance: this.instance, at, oldestInHand, newestDelivered, ready, inHand };
      if (!this.isStopped) await this.heartbeats.write(heartbeat);
      if (ready !== null) this.events.heartbeatWritten();
    } catch (error) {
      this.events.heartbeatFailed(error);
    }
    if (!this.isStopped) this.timer = setTimeout(() => void this.beat(), EVERY_MS);
  }

  /** What was given back, or held by a collector that is gone, has been delivered again since. */
  private async seeQueueEmpty(at: number): Promise<void> {
    this.gatherer.queueSeenEmpty();
    await this.heartbeats.removeBefore(at - STALE_AFTER_US);
  }

  private async readyMessages(): Promise<number | null> {
    try {
      return await this.consuming.readyMessages();
    } catch (error) {
      this.events.heartbeatFailed(error);
      return null;
    }
  }
}
