import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QueueDepth } from '../../messaging/queue-depth';
import { MONITORING_QUEUE, TOPOLOGY } from '../../messaging/topology';
import { MonitoringEvents } from '../../telemetry/monitoring-events';
import { MonitoringLink } from './monitoring-link';

const EVERY_MS = 2_000;
/** Of the queue's bound in messages: from there on it is told, and from there down it is short again. */
const FILLING = 0.5;
const SHORT = 0.1;

/**
 * Looks at MonitoringQueue every few seconds: how much waits, and whether it is still consumed. What it drops it tells
 * nobody, neither in number nor in kind; that is seen by comparing what collectors stored with what monitors saw.
 */
@Injectable()
export class QueueWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;
  private isFilling = false;

  constructor(
    private readonly queues: QueueDepth,
    private readonly link: MonitoringLink,
    private readonly events: MonitoringEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  beforeApplicationShutdown(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private schedule(): void {
    if (!this.isStopped) this.timer = setTimeout(() => void this.look(), EVERY_MS);
  }

  private async look(): Promise<void> {
    try {
      const seen = await this.queues.of(MONITORING_QUEUE);
      this.events.queueSeen(seen);
      this.judge(seen.messages);
      if (!this.isStopped) this.link.check();
    } catch (error) {
      this.events.queueUnknown(error);
    }
    this.schedule();
  }

  private judge(messages: number): void {
    const isFilling = messages > MAX_MESSAGES * (this.isFilling ? SHORT : FILLING);
    if (isFilling && !this.isFilling) this.events.queueFilling(messages);
    if (!isFilling && this.isFilling) this.events.queueDrained(messages);
    this.isFilling = isFilling;
  }
}

/** The queue's bound in messages. It has one in bytes too, which nobody can see from here. */
const MAX_MESSAGES = boundOf(TOPOLOGY.queues.find(({ name }) => name === MONITORING_QUEUE)?.options.arguments);

function boundOf(options: unknown): number {
  const isGiven = typeof options === 'object' && options !== null && 'x-max-length' in options;
  return isGiven && typeof options['x-max-length'] === 'number' ? options['x-max-length'] : Infinity;
}
