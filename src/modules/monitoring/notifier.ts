import { randomUUID } from 'node:crypto';
import type { AlertOutbox, ClaimedNotice } from '../../alerts/alert-outbox';
import { noticeOf } from '../../alerts/notice';
import { webhookBody } from '../../alerts/webhook-body';
import { type Clock, DAY_US, MILLISECOND_US, SECOND_US } from '../../log/timestamp';
import type { AlertEvents } from '../../telemetry/alert-events';
import type { PostJson } from './webhook';

/** Notices sent at once. */
const SENDERS = 16;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A notice is tried for so long, microseconds. */
const GIVE_UP_AFTER = DAY_US;
/** A stop lets tries in hand go on for so long: one that is cut off may have been taken, and would be told twice. */
const GRACE_MS = 5_000;

/** Sends the notices that are due: one line in the log, and the webhook where there is one. */
export class Notifier {
  private isStopping = false;
  private readonly cutOff = new AbortController();
  private readonly senders = new Set<Promise<void>>();

  constructor(
    private readonly outbox: Pick<AlertOutbox, 'claim' | 'sent' | 'givenUp' | 'giveBack'>,
    private readonly post: PostJson | null,
    /** Where people reach the search role. */
    private readonly publicUrl: string,
    private readonly events: AlertEvents,
    private readonly clock: Clock,
    private readonly graceMs = GRACE_MS,
  ) {}

  /** Begins to send what is due. Returns at once and never throws: what cannot be sent now is due again later. */
  wake(): void {
    if (this.isStopping || this.senders.size >= SENDERS) return;
    const sender = this.sendAll().finally(() => this.senders.delete(sender));
    this.senders.add(sender);
  }

  /** Waits a while for what is being sent, and gives back what was not: another monitor may send it at once. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const timer = setTimeout(() => this.cutOff.abort(new Error('stopping')), this.graceMs);
    await Promise.all(this.senders);
    clearTimeout(timer);
  }

  private async sendAll(): Promise<void> {
    try {
      while (!this.isStopping) {
        const claimant = randomUUID();
        const notice = await this.outbox.claim(claimant, this.clock());
        if (notice === null) return;
        this.wake(); // there may be more, and this one may take its time
        await this.send(notice, claimant);
      }
    } catch (error) {
      this.events.outboxFailed(error);
    }
  }

  private async send(notice: ClaimedNotice, claimant: string): Promise<void> {
    const { alert, status, attempts, isTakenOver } = notice;
    const told = noticeOf(alert, status, this.publicUrl);
    if (isTakenOver) this.events.noticeTakenOver(status, alert.service);
    if (attempts === 0) {
      const { labels, ...rest } = told;
      this.events.notice({ ...rest, rule: labels.severity, service: labels.service });
    }
    try {
      await this.post?.(webhookBody(told, this.publicUrl), this.cutOff.signal);
    } catch (error) {
      return this.tryLater(notice, claimant, error);
    }
    const now = this.clock();
    this.events.noticeSent(status, alert.service, (now - toldTime(notice)) / SECOND_US);
    if (!(await this.outbox.sent(notice, claimant, now))) this.events.noticeOvertaken(status, alert.service);
  }

  private async tryLater(notice: ClaimedNotice, claimant: string, error: unknown): Promise<void> {
    const { alert, status, attempts } = notice;
    const now = this.clock();
    if (this.cutOff.signal.aborted) return this.outbox.giveBack(notice, claimant, now, false);
    if (now - toldTime(notice) > GIVE_UP_AFTER) {
      await this.outbox.givenUp(notice, claimant, now);
      return this.events.noticeGivenUp(status, alert.service, attempts + 1);
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempts);
    this.events.noticeFailed(status, alert.service, error, waitMs);
    await this.outbox.giveBack(notice, claimant, now + waitMs * MILLISECOND_US, true);
  }
}

function toldTime({ alert, status }: ClaimedNotice): number {
  return (status === 'firing' ? alert.startsAt : alert.endsAt) ?? alert.since;
}
