import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { MINUTE_US, SECOND_US } from '../log/timestamp';
import { AlertEvents } from '../telemetry/alert-events';
import { AlertCounts, type FreshSeries } from './alert-counts';
import { type AlertRule, bucketLength, rulesOf } from './alert-rule';
import { afterCalm, afterFinding, type AlertStep, calmBefore, type Watch } from './alert-state';
import { AlertStore, type KeptAlert } from './alert-store';
import { findInBuckets } from './alert-window';

/** Series that are looked up in one go, */
const AT_ONCE = 200;
/** and judged at the same time. */
const AT_A_TIME = 16;
/** Counts that are fresh for so long were left by a monitor that ended, microseconds. */
const LEFT_AFTER = 5 * SECOND_US;
/** A time further ahead was counted by a clock that has been set back since, microseconds. Those of monitors differ by less. */
const AHEAD = MINUTE_US;
/** Tries of one step after another, should other monitors be quicker; what then remains is fresh for the next time. */
const MOST_STEPS = 4;

/**
 * Judges what has been counted and takes the steps of the alerts. Any number of monitors may do so at once, on the same
 * series: each step is taken by one of them. Rejects with StoreUnavailable while MongoDB is away; what was not judged
 * stays fresh.
 */
@Injectable()
export class AlertEvaluator {
  private readonly rules: readonly AlertRule[];

  constructor(
    private readonly counts: AlertCounts,
    private readonly alerts: AlertStore,
    private readonly events: AlertEvents,
    @Inject(CONFIG) config: Pick<Config, 'alerts'>,
  ) {
    this.rules = rulesOf(config.alerts);
  }

  /** Judges the fresh counts of these series. */
  async judge(fingerprints: readonly string[], watch: Watch): Promise<void> {
    const window = Math.max(0, ...this.rules.map((rule) => rule.window));
    for (let start = 0; start < fingerprints.length; start += AT_ONCE) {
      const fresh = await this.counts.fresh(fingerprints.slice(start, start + AT_ONCE), window);
      const open = await this.alerts.openOf(fresh.map(({ fingerprint }) => fingerprint));
      const judged: FreshSeries[] = [];
      await eachOf(fresh, AT_A_TIME, async (series) => {
        if (await this.judgeSeries(series, open.get(series.fingerprint) ?? null, watch.now)) judged.push(series);
      });
      await this.counts.settle(judged);
    }
  }

  /** Judges what other monitors have left behind, and takes the steps that mere time brings. */
  async sweep(watch: Watch): Promise<void> {
    await this.judge(await this.counts.left(watch.now - LEFT_AFTER, AT_ONCE), watch);
    for (const alert of await this.alerts.heldUntilBefore(calmBefore(watch), AT_ONCE)) {
      const step = afterCalm(alert, alert, watch);
      if (step !== null) await this.take(step, alert, watch.now);
    }
  }

  /** False when it must be judged again. Counts of a rule that is off now are done with. */
  private async judgeSeries(series: FreshSeries, open: KeptAlert | null, now: number): Promise<boolean> {
    const rule = this.rules.find(({ name }) => name === series.rule);
    return rule === undefined || this.takeSteps(series, rule, open, now);
  }

  /** Takes the steps that the fresh counts lead to. False when other monitors were quicker each time. */
  private async takeSteps(
    series: FreshSeries,
    rule: AlertRule,
    known: KeptAlert | null,
    now: number,
  ): Promise<boolean> {
    let alert = known;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const after = alert?.after ?? (await this.endOfLast(series.fingerprint, now));
      const counted = series.buckets.filter(({ at }) => at > after && at <= now + AHEAD);
      const finding = findInBuckets(counted, rule, Math.max(series.from, after));
      const step = finding === null || finding.lastSeen < series.from ? null : afterFinding(alert, finding, rule);
      if (step === null) return true;
      if (alert === null) {
        alert = (await this.begin(series, step, rule, after, now)) ?? (await this.openAlert(series));
      } else {
        if (await this.take(step, alert, now, rule)) return true; // an open alert has all of the finding in one step
        alert = await this.openAlert(series);
      }
    }
    return false;
  }

  private async openAlert({ fingerprint }: FreshSeries): Promise<KeptAlert | null> {
    return (await this.alerts.openOf([fingerprint])).get(fingerprint) ?? null;
  }

  /** The bucket in which the last alert of a series reached its threshold for the last time; what came later counts anew. */
  private async endOfLast(fingerprint: string, now: number): Promise<number> {
    const last = await this.alerts.lastResolved(fingerprint);
    const end = last === null ? 0 : last.heldUntil - last.window - bucketLength(last.window);
    return end > now + AHEAD ? 0 : end;
  }

  private async begin(
    series: FreshSeries,
    step: AlertStep,
    rule: AlertRule,
    after: number,
    now: number,
  ): Promise<KeptAlert | null> {
    if (step.to !== 'pending') return null;
    const begun = await this.alerts.begin(series, step, rule, after, now);
    if (begun !== null) this.events.pending(series.rule, series.service);
    return begun;
  }

  /** False when the alert is not in the state any more that the step leads from. */
  private async take(step: AlertStep, alert: KeptAlert, now: number, rule?: AlertRule): Promise<boolean> {
    const taken = await this.store(step, alert, now, rule);
    if (!taken) return false;
    const { rule: name, service } = alert;
    if (step.to === 'firing') this.events.firing(name, service, step.startsAt);
    if (step.to === 'resolved') this.events.resolved(name, service, step.endsAt);
    if (step.to === 'ok') this.events.forgotten(name, service);
    return true;
  }

  private async store(step: AlertStep, alert: KeptAlert, now: number, rule?: AlertRule): Promise<boolean> {
    switch (step.to) {
      case 'firing': {
        const { threshold, window } = rule ?? alert;
        const lines = await this.counts.lines(alert.fingerprint);
        return this.alerts.fire(alert, step, { threshold, window }, lines, now);
      }
      case 'resolved':
        return this.alerts.resolve(alert, step, now);
      case 'ok':
        return this.alerts.forget(alert);
      case 'pending':
      case 'same':
        return this.alerts.goOn(alert, step);
    }
  }
}

/** Does the work for every item, so many at a time. Rejects with the first failure, once nothing runs any more. */
async function eachOf<T>(items: readonly T[], atATime: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const workers = Array.from({ length: Math.min(atATime, items.length) }, async () => {
    for (const item of waiting) await work(item);
  });
  const failed = (await Promise.allSettled(workers)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
