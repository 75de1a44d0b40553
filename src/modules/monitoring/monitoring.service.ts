import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AlertCounts, KEPT_LINES } from '../../alerts/alert-counts';
import { AlertEvaluator } from '../../alerts/alert-evaluator';
import { AlertOutbox } from '../../alerts/alert-outbox';
import { type AlertRule, rulesOf } from '../../alerts/alert-rule';
import { type Config, publicUrl } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { type Clock, SECOND_US } from '../../log/timestamp';
import { messageTime, type WireMessage } from '../../log/wire-message';
import { AlertEvents } from '../../telemetry/alert-events';
import { MonitoringEvents } from '../../telemetry/monitoring-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import { Monitor } from './monitor';
import { MonitoringLink } from './monitoring-link';
import { Notifier } from './notifier';
import { SeenMessages } from './seen-messages';
import { Tally } from './tally';
import { readWatched } from './watched-message';
import { webhookAt } from './webhook';

/** What a monitor does with the messages it is given, and its start and stop. */
@Injectable()
export class MonitoringService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rules: readonly AlertRule[];
  private readonly tally: Tally;
  private readonly seen = new SeenMessages();
  private readonly monitor: Monitor;

  constructor(
    counts: AlertCounts,
    evaluator: AlertEvaluator,
    outbox: AlertOutbox,
    alertEvents: AlertEvents,
    private readonly link: MonitoringLink,
    private readonly events: MonitoringEvents,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const { webhookUrl } = config.alerts;
    const post = webhookUrl === null ? null : webhookAt(webhookUrl);
    const notifier = new Notifier(outbox, post, publicUrl(config), alertEvents, clock);
    this.rules = rulesOf(config.alerts);
    this.tally = new Tally(this.rules);
    const isConsuming = (): boolean => link.isConsuming;
    this.monitor = new Monitor({
      tally: this.tally,
      rules: this.rules,
      counts,
      evaluator,
      notifier,
      events,
      clock,
      isConsuming,
    });
  }

  onApplicationBootstrap(): void {
    this.events.rulesStand(this.rules.map(inWords));
    if (this.config.alerts.webhookUrl === null) this.events.noWebhook();
    this.monitor.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.link.close();
    await this.monitor.stop();
  }

  /** Counts the records of a message, in memory. Nothing in a message makes this throw. */
  see(message: WireMessage): void {
    if (!this.seen.isNew(message)) return this.events.messageRepeated(message.routingKey);
    const now = this.clock();
    const { watched, unreadable } = readWatched(message, KEPT_LINES, { now, retention: this.config.retention });
    for (const one of watched) {
      this.events.recordsSeen(one.severity, one.times.length);
      this.tally.add(one, now);
    }
    this.events.recordsUnreadable(unreadable, message.routingKey);
    const madeAt = messageTime(message);
    if (madeAt !== null) this.events.lag((now - madeAt) / SECOND_US);
  }
}

function inWords({ name, threshold, window }: AlertRule): string {
  return `${threshold} of ${name}${name === 'error' ? ' or worse' : ''} within ${window / SECOND_US} s`;
}
