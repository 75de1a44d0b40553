import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../test/support/eventually';
import type { RoleProcess } from '../../test/support/role-process';
import { ask } from '../../test/support/search-client';
import { storedCount } from '../../test/support/stored-records';
import { systemClock } from '../../src/telemetry/telemetry.module';
import { busyElsewhere, type Figure, grouped, memoryOfEach, milliseconds } from '../figures';
import { CpuMeter, type Usage } from '../meter';
import { ascending, percentile } from '../percentile';
import { peakMebibytes } from '../process-usage';
import type { Section } from '../report';
import { say } from '../say';
import { type Searched, searchSteadily } from '../searches';
import { Surroundings } from '../surroundings';
import { DAYS, RECORDS_A_CHUNK, RECORDS_A_DAY, storeTenDays } from '../ten-days';

const POLICY = { RETENTION_DAYS: String(DAYS - 1) };
const SEARCHES_A_SECOND = 10;
const WARM_UP_MS = 3_000;
const BEFORE_MS = 10_000;
const DONE_WITHIN_MS = 60_000;

/** What is read of a receipt. */
interface Receipt {
  readonly state: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly total: { readonly chunks: number; readonly records: number };
}

interface Expiry {
  readonly filledInSeconds: number;
  readonly chunks: number;
  readonly records: number;
  readonly seconds: number;
  /** ms, ascending. */
  readonly before: readonly number[];
  readonly during: readonly number[];
  /** Before and meanwhile: the machine was too slow for so many. */
  readonly refused: number;
  readonly usage: Usage;
  readonly usageSeconds: number;
  readonly memory: ReadonlyMap<string, number>;
}

export async function expirySection(): Promise<Section> {
  const text =
    `${DAYS} days of ${grouped(RECORDS_A_DAY)} records, in chunks of up to ${RECORDS_A_CHUNK} as collectors store them. A retention ` +
    `process that keeps ${DAYS - 1} days starts and removes the oldest. ${SEARCHES_A_SECOND} searches a second go on (the newest ` +
    'records, errors of a service, words, a histogram of a service), whatever becomes of those before: those of the ' +
    `${BEFORE_MS / 1_000} s before that process is started, and those asked while it removes.`;
  return { title: 'Expiring one day of ten', text, figures: figuresOf(await expiry()) };
}

function figuresOf(result: Expiry): Figure[] {
  const { chunks, records, seconds, before, during, refused, usage, usageSeconds, memory } = result;
  return [
    { name: 'storing the ten days', measured: `${result.filledInSeconds.toFixed(0)} s` },
    { name: 'removing one of them', measured: `${seconds.toFixed(2)} s` },
    { name: 'records removed a second', measured: grouped(records / seconds) },
    { name: 'chunks removed a second', measured: grouped(chunks / seconds) },
    { name: 'searches before, p50', measured: milliseconds(percentile(before, 0.5)) },
    { name: 'searches before, p95', measured: milliseconds(percentile(before, 0.95)) },
    { name: 'searches meanwhile, p50', measured: milliseconds(percentile(during, 0.5)) },
    { name: 'searches meanwhile, p95', measured: milliseconds(percentile(during, 0.95)) },
    { name: 'searches meanwhile', measured: grouped(during.length) },
    { name: 'searches refused', measured: grouped(refused) },
    ...memoryOfEach(memory),
    ...busyElsewhere(usage, usageSeconds),
  ];
}

async function expiry(): Promise<Expiry> {
  return Surroundings.during(async (surroundings) => {
    const { db } = surroundings;
    const search = await surroundings.start('search', POLICY); // makes the collections
    say('storing ten days');
    const fillingSince = Date.now();
    await storeTenDays(db, systemClock());
    const stored = await storedCount(db);
    const filledInSeconds = (Date.now() - fillingSince) / 1_000;
    say('expiring one of them');
    const stop = new AbortController();
    const [searched, { startedAt, receipt, ...measured }] = await Promise.all([
      searchSteadily(search, SEARCHES_A_SECOND, stop.signal),
      removeOldest(surroundings, search).finally(() => stop.abort()),
    ]);
    const { chunks, records } = receipt.total;
    checkCounts(stored, records, await storedCount(db));
    const [from, to] = [Date.parse(receipt.startedAt), Date.parse(receipt.finishedAt ?? '')];
    const seconds = (to - from) / 1_000;
    const before = askedBetween(searched, startedAt - BEFORE_MS, startedAt);
    const during = askedBetween(searched, from, to);
    const refused = searched.filter(({ isRefused }) => isRefused).length;
    return { filledInSeconds, chunks, records, seconds, before, during, refused, ...measured };
  });
}

interface Removal extends Pick<Expiry, 'usage' | 'usageSeconds' | 'memory'> {
  /** When the process that removes was started, ms since the Unix epoch. */
  readonly startedAt: number;
  readonly receipt: Receipt;
}

async function removeOldest(surroundings: Surroundings, search: RoleProcess): Promise<Removal> {
  await sleep(WARM_UP_MS + BEFORE_MS);
  const startedAt = Date.now();
  const retention = await surroundings.start('retention', POLICY);
  const meter = new CpuMeter(surroundings.pids());
  const meteredSince = Date.now();
  const receipt = await whenCompleted(search);
  const usageSeconds = (Date.now() - meteredSince) / 1_000;
  const memory = new Map([[retention.role, peakMebibytes(retention.pid)]]);
  return { startedAt, receipt, usage: meter.usage(), usageSeconds, memory };
}

function checkCounts(stored: number, removed: number, left: number): void {
  const oneDay = stored / DAYS;
  if (removed === oneDay && left === stored - oneDay) return;
  throw new Error(`of ${stored} records in ${DAYS} days, ${removed} were removed and ${left} are left`);
}

function whenCompleted(search: RoleProcess): Promise<Receipt> {
  const completed = async (): Promise<Receipt | undefined> => {
    const { receipts } = await ask<{ receipts: readonly Receipt[] }>(search.url, '/api/v1/retention/receipts');
    return receipts.find(({ state }) => state === 'completed');
  };
  return eventually(completed, { timeoutMs: DONE_WITHIN_MS, intervalMs: 100, describe: 'a completed retention run' });
}

/** How long those took that were answered, ms, ascending. */
function askedBetween(searched: readonly Searched[], from: number, to: number): number[] {
  return ascending(searched.filter(({ at, isRefused }) => !isRefused && at >= from && at < to).map(({ ms }) => ms));
}
