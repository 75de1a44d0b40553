import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../../../config/config';
import { CONFIG } from '../../../config/config.module';
import type { Clock } from '../../../log/timestamp';
import { RecordPublisher } from '../../../messaging/record-publisher';
import { SourceEvents } from '../../../telemetry/source-events';
import { CLOCK } from '../../../telemetry/telemetry.module';
import { DemoShop } from './demo-shop';
import { Pacer } from './pacer';

const TICK_MS = 50;

/** Tells the story of {@link DemoShop} at SOURCE_DEMO_RATE. What the broker cannot take at once is left untold. */
@Injectable()
export class DemoSource implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly publisher: RecordPublisher,
    private readonly events: SourceEvents,
  ) {}

  onApplicationBootstrap(): void {
    const { demo, demoRate, demoSeed } = this.config.source;
    if (!demo) return;
    const shop = new DemoShop(demoSeed);
    const pacer = new Pacer(demoRate, this.clock());
    this.timer = setInterval(() => this.tell(shop, pacer), TICK_MS);
    this.events.demoStarted(demoRate, demoSeed);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private tell(shop: DemoShop, pacer: Pacer): void {
    const { count, from, to } = pacer.due(this.clock());
    if (count === 0 || !this.publisher.isConnected || this.publisher.isFull) return;
    this.publisher.publish(shop.draw(count, from, to)).then(
      () => this.events.recordsConfirmed('demo', count),
      (error: unknown) => this.events.demoCutShort(count, error),
    );
  }
}
