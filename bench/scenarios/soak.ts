import type { RoleProcess } from '../../test/support/role-process';
import { LOG_QUEUE } from '../../src/messaging/topology';
import { DEAD_LETTERS } from '../../src/storage/schemas';
import { BrokerClient } from '../broker-client';
import { type Figure, grouped, mebibytes } from '../figures';
import { metricOf } from '../role-metrics';
import type { Section } from '../report';
import { say } from '../say';
import { searchSteadily } from '../searches';
import { forMilliseconds, steadily } from '../steadily';
import { whenStored } from '../stored';
import { Surroundings } from '../surroundings';
import { type NumberedCount, countNumbered, numbered } from '../numbered-lines';
import { sendSteadily, type Sent } from '../traffic';
import { SEED, Workload } from '../workload';

const ROLES = ['source', 'collector', 'monitoring', 'search', 'retention'];
const LOOK_EVERY_S = 10;
const MIB = 1024 * 1024;

/** How long it goes on; SOAK_MINUTES. */
export function soakSeconds(): number {
  return setting('SOAK_MINUTES', 10) * 60;
}

function setting(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (!(value > 0)) throw new Error(`${name}: ${process.env[name]} is no number above 0`);
  return value;
}

/** By their names. */
type Roles = ReadonlyMap<string, RoleProcess>;

/** What is seen every few seconds. */
interface Look {
  /** Resident memory by role, bytes. */
  readonly memory: ReadonlyMap<string, number>;
  readonly ready: number;
}

interface Soak {
  readonly sent: Sent;
  readonly counted: NumberedCount;
  readonly deadLetters: number;
  readonly alarming: number;
  readonly monitored: number;
  readonly looks: readonly Look[];
}

export async function soakSection(): Promise<Section> {
  const rate = setting('SOAK_RATE', 20_000);
  const seconds = soakSeconds();
  say(`${grouped(rate)} records a second for ${seconds / 60} minutes`);
  const text =
    `${grouped(rate)} records a second through \`POST /ingest\` for ${seconds / 60} minutes, every role a process of its own, a ` +
    'search a second. Every record has a number; in the end every record in the store is read.';
  return { title: 'A long time', text, figures: figuresOf(await soak(rate, seconds)) };
}

function figuresOf({ sent, counted, deadLetters, alarming, monitored, looks }: Soak): Figure[] {
  const third = looks[Math.floor(looks.length / 3)];
  const last = looks.at(-1);
  const memory = ROLES.map((role) => {
    const [after, end] = [third, last].map((look) => mebibytes((look?.memory.get(role) ?? NaN) / MIB));
    return { name: `resident memory, ${role}: after a third, at the end`, measured: `${after}, ${end}` };
  });
  return [
    { name: 'records a second accepted', measured: grouped(sent.accepted / sent.seconds) },
    { name: 'requests refused', measured: grouped(sent.outcomes.filter((one) => one === 'refused').length) },
    { name: 'requests of unknown outcome', measured: grouped(sent.outcomes.filter((one) => one === 'unknown').length) },
    { name: 'accepted', measured: grouped(sent.accepted) },
    { name: 'stored', measured: grouped(counted.stored) },
    { name: 'distinct', measured: grouped(counted.distinct) },
    { name: 'accepted and not stored', measured: grouped(counted.missing) },
    { name: 'dead letters', measured: grouped(deadLetters) },
    { name: 'errors and warnings stored', measured: grouped(alarming) },
    { name: 'errors and warnings monitored', measured: grouped(monitored) },
    { name: 'most ready in LogQueue', measured: grouped(Math.max(...looks.map(({ ready }) => ready))) },
    ...memory,
  ];
}

/** Rejects unless everything that was accepted is stored, once, and nothing else is. */
async function soak(rate: number, seconds: number): Promise<Soak> {
  return Surroundings.during(async (surroundings) => {
    const { db } = surroundings;
    const roles = new Map<string, RoleProcess>();
    for (const role of ROLES) roles.set(role, await surroundings.start(role));
    const { sent, looks } = await run(surroundings.brokerUrl, roles, rate, seconds);
    await whenStored(db, sent.accepted);
    say('reading every record in the store');
    const counted = await countNumbered(db, sent);
    const deadLetters = await db.collection(DEAD_LETTERS).countDocuments();
    const alarming = await metricOf(roleOf(roles, 'collector'), 'logwarren_alarming_records_stored_total');
    const monitored = await metricOf(roleOf(roles, 'monitoring'), 'logwarren_monitored_records_total');
    checkCounts(counted, deadLetters);
    return { sent, counted, deadLetters, alarming, monitored, looks };
  });
}

async function run(
  brokerUrl: string,
  roles: Roles,
  rate: number,
  seconds: number,
): Promise<Pick<Soak, 'sent' | 'looks'>> {
  const workload = new Workload(SEED);
  const makeLines = (count: number, atMs: number, request: number): string =>
    numbered(workload.lines(count, atMs), request * count);
  return BrokerClient.during(brokerUrl, (client) =>
    forMilliseconds(seconds * 1_000, async (stop) => {
      const [sent, looks] = await Promise.all([
        sendSteadily(roleOf(roles, 'source'), rate, makeLines, stop),
        steadily(1 / LOOK_EVERY_S, (look) => lookAt(look, client, roles), stop),
        searchSteadily(roleOf(roles, 'search'), 1, stop),
      ]);
      return { sent, looks };
    }),
  );
}

function checkCounts(counted: NumberedCount, deadLetters: number): void {
  const { stored, distinct, missing, unexpected } = counted;
  if (stored === distinct && missing === 0 && unexpected === 0 && deadLetters === 0) return;
  throw new Error(
    `counts do not agree: ${stored} stored, ${distinct} of them distinct, ${missing} accepted and not stored, ` +
      `${unexpected} stored that were refused or never sent, ${deadLetters} dead letters`,
  );
}

async function lookAt(number: number, client: BrokerClient, roles: Roles): Promise<Look> {
  const memory = new Map<string, number>();
  for (const [name, role] of roles) memory.set(name, await role.rssBytes());
  const ready = await client.ready(LOG_QUEUE);
  const stored = await metricOf(roleOf(roles, 'collector'), 'logwarren_records_stored_total');
  const resident = Array.from(memory, ([name, bytes]) => `${name} ${grouped(bytes / MIB)}`).join(', ');
  say(`${number * LOOK_EVERY_S} s: resident MiB: ${resident}; ready in LogQueue: ${ready}; stored: ${grouped(stored)}`);
  return { memory, ready };
}

function roleOf(roles: Roles, name: string): RoleProcess {
  const role = roles.get(name);
  if (role === undefined) throw new Error(`no role ${name} was started`);
  return role;
}
