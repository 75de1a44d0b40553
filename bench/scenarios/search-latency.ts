import { setTimeout as sleep } from 'node:timers/promises';
import type { RoleProcess } from '../../test/support/role-process';
import { atMost, busyElsewhere, cpuOfEach, type Figure, grouped, memoryOfEach, milliseconds } from '../figures';
import { CpuMeter, type Usage } from '../meter';
import { ascending, percentile } from '../percentile';
import { peakMebibytes } from '../process-usage';
import { hexDigits, seededRandom } from '../random';
import type { Section } from '../report';
import { metricOf } from '../role-metrics';
import { say } from '../say';
import { checkStored, whenStored } from '../stored';
import { Surroundings } from '../surroundings';
import { SEED, Workload } from '../workload';

const RECORDS_A_SECOND = 20_000;
const SECONDS = 20;
const TICK_MS = 50;
const TICKS = (SECONDS * 1_000) / TICK_MS;
const RECORDS_A_TICK = (RECORDS_A_SECOND * TICK_MS) / 1_000;
const TICKS_A_PROBE = 2;
/** Between two searches for the same probe, ms. */
const LOOK_AGAIN_MS = 5;
/** After an answer of 429, or a machine that is a little too slow would drown in searches, ms. */
const BUSY_WAIT_MS = 1_000;
const FOUND_WITHIN_MS = 30_000;
/** A search looks at this much time before and after: the times of the lines are jittered by less. */
const AROUND_MS = 250;
/** Probes of the first seconds, while the processes' code is still being compiled, are left out. */
const WARM_UP_TICKS = TICKS / 5;
const AIM_P95_MS = 200;

interface SearchLatency {
  readonly records: number;
  readonly recordsASecond: number;
  readonly usage: Usage;
  readonly packs: number;
  /** From publish to found, of each probe, ms, ascending. */
  readonly latencies: readonly number[];
  /** Of the searches that found a probe, ms, as the search role tells it; ascending. */
  readonly searches: readonly number[];
  readonly memory: ReadonlyMap<string, number>;
}

interface Request {
  readonly lines: string;
  /** What the times of the lines are around, ms since the Unix epoch. */
  readonly madeAt: number;
  readonly probe: string | null;
}

interface Found {
  readonly latencyMs: number;
  readonly searchMs: number;
}

export async function searchSection(): Promise<Section> {
  say('publish to found');
  const text =
    'Lines through `POST /ingest`, 20 requests a second whatever becomes of those before. Every 100 ms one record holds a word ' +
    'of its own; from the sending of its request until `GET /api/v1/logs?q=<word>`, asked again and again for half a second ' +
    'around the time of the record, has it. The first 4 s are left out: the code of the processes is then still being compiled.';
  return { title: 'From publish to found by search', text, figures: figuresOf(await searchLatency()) };
}

function figuresOf(result: SearchLatency): Figure[] {
  const { latencies, searches, records, recordsASecond, usage, packs, memory } = result;
  return [
    { name: 'records a second', measured: grouped(recordsASecond) },
    { name: 'publish to found, p50', measured: milliseconds(percentile(latencies, 0.5)) },
    atMost('publish to found, p95', percentile(latencies, 0.95), AIM_P95_MS, milliseconds),
    { name: 'publish to found, p99', measured: milliseconds(percentile(latencies, 0.99)) },
    { name: 'the search that found it, p50', measured: milliseconds(percentile(searches, 0.5)) },
    { name: 'probes', measured: grouped(latencies.length) },
    { name: 'records a pack', measured: grouped(records / packs) },
    ...cpuOfEach(usage, records),
    ...memoryOfEach(memory),
    ...busyElsewhere(usage, records / recordsASecond),
  ];
}

/**
 * Lines at a steady pace through `POST /ingest`, whatever becomes of the requests before; every 100 ms one of them holds
 * a word of its own, which is then searched for until it is found. Measured from the sending of the request.
 */
async function searchLatency(): Promise<SearchLatency> {
  return Surroundings.during(async (surroundings) => {
    const [source, collector, search] = [
      await surroundings.start('source'),
      await surroundings.start('collector'),
      await surroundings.start('search'),
    ];
    const workload = new Workload(SEED);
    const random = seededRandom(SEED);
    const meter = new CpuMeter(surroundings.pids());
    const startedAt = Date.now();
    const sent: Promise<Found | null>[] = [];
    for (let tick = 0; tick < TICKS; tick++) {
      await sleep(Math.max(0, startedAt + tick * TICK_MS - Date.now()));
      const probe = tick % TICKS_A_PROBE === 0 ? `probe${hexDigits(random, 16)}` : null;
      const madeAt = Date.now();
      sent.push(send({ lines: linesOf(workload, madeAt, probe), madeAt, probe }, source, search));
    }
    const seconds = (Date.now() + TICK_MS - startedAt) / 1_000;
    const found = (await Promise.all(sent)).slice(WARM_UP_TICKS).filter((one) => one !== null);
    const records = TICKS * RECORDS_A_TICK;
    await whenStored(surroundings.db, records);
    const usage = meter.usage();
    const packs = await metricOf(source, 'logwarren_packs_confirmed_total');
    await checkStored(surroundings.db, workload.tally);
    const memory = new Map([source, collector, search].map(({ role, pid }) => [role, peakMebibytes(pid)]));
    const latencies = ascending(found.map(({ latencyMs }) => latencyMs));
    const searches = ascending(found.map(({ searchMs }) => searchMs));
    return { records, recordsASecond: records / seconds, usage, packs, latencies, searches, memory };
  });
}

function linesOf(workload: Workload, madeAt: number, probe: string | null): string {
  const lines = Array.from({ length: RECORDS_A_TICK }, () => workload.line(madeAt));
  if (probe !== null) lines[RECORDS_A_TICK >> 1] += ` ${probe}`;
  return lines.join('\n');
}

async function send(
  { lines, madeAt, probe }: Request,
  source: RoleProcess,
  search: RoleProcess,
): Promise<Found | null> {
  const sentAt = performance.now();
  const answer = await fetch(`${source.url}/ingest`, { method: 'POST', body: lines });
  if (!answer.ok) throw new Error(`/ingest answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  return probe === null ? null : await find(probe, madeAt, sentAt, search);
}

async function find(probe: string, madeAt: number, sentAt: number, search: RoleProcess): Promise<Found> {
  const [from, to] = [madeAt - AROUND_MS, madeAt + AROUND_MS].map((time) => new Date(time).toISOString());
  const query = new URLSearchParams({ q: probe, from: from ?? '', to: to ?? '', limit: '1' });
  for (;;) {
    const answer = await fetch(`${search.url}/api/v1/logs?${query.toString()}`);
    const text = await answer.text();
    const latencyMs = performance.now() - sentAt;
    if (latencyMs > FOUND_WITHIN_MS) throw new Error(`${probe} was not found in time; the last answer: ${text}`);
    if (answer.status === 429) await sleep(BUSY_WAIT_MS);
    else if (!answer.ok) throw new Error(`search answered ${answer.status}: ${text}`);
    else {
      const { records, stats } = JSON.parse(text) as { records: unknown[]; stats: { elapsedMs: number } };
      if (records.length > 0) return { latencyMs, searchMs: stats.elapsedMs };
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
