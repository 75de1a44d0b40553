import fc from 'fast-check';
import type { FullReceipt } from '../../src/expiry/receipt';
import { RunClosed } from '../../src/expiry/receipt-ledger';
import { type ExpiredGroup, ExpiredTally } from '../../src/log/expired-group';
import type { LogRecord } from '../../src/log/log-record';
import { retentionCutoff, type RetentionPolicy } from '../../src/log/retention-policy';
import { parseRetentionRules } from '../../src/log/retention-rules';
import { SEVERITIES } from '../../src/log/severity';
import { DAY_US, HOUR_US, MINUTE_US } from '../../src/log/timestamp';
import { LEASE, type RetentionRunner } from '../../src/modules/retention/retention-runner';
import { newId } from '../../src/storage/chunk-id';
import { encodeChunk } from '../../src/storage/encode-chunk';
import { expiredIn, EXPIRED_HINT } from '../../src/storage/expire';
import { eventually } from '../support/eventually';
import { RetentionStore, type RunnerPorts } from '../support/retention-store';
import { aRecord, TEN_O_CLOCK } from '../support/storage';

const clock = () => TEN_O_CLOCK;
const never = new AbortController().signal;
const policy: RetentionPolicy = { days: 10, rules: parseRetentionRules('severity=debug:2,service=audit:365') };

let store: RetentionStore;
beforeEach(async () => {
  store = await RetentionStore.open();
});
afterEach(() => store.close());

const daysAgo = (days: number): number => TEN_O_CLOCK - days * DAY_US;

/** Records of several services and severities, each its own chunk unless of the same hour; the body tells which it is. */
function manyRecords(): LogRecord[] {
  return ['shop', 'web', 'audit'].flatMap((service) =>
    (['debug', 'info'] as const).flatMap((severity) =>
      [1, 3, 11, 12, 13, 400, 401].map((days) =>
        aRecord({ service, severity, timestamp: daysAgo(days) + MINUTE_US, body: `${service} ${severity} ${days}` }),
      ),
    ),
  );
}

const isExpired = ({ service, severity, timestamp }: LogRecord): boolean =>
  timestamp < retentionCutoff(policy, service, severity, TEN_O_CLOCK);

/** What runs should have on their receipts together: these records, one chunk each. */
function accountOf(records: readonly LogRecord[]): ExpiredGroup[] {
  const tally = new ExpiredTally();
  tally.add(records.map((record) => encodeChunk({ id: null, records: [record] }, newId)));
  return tally.groups();
}

/** The groups of all receipts, added up. */
function addedUp(receipts: readonly FullReceipt[]): ExpiredGroup[] {
  const sums = new Map<string, ExpiredGroup>();
  for (const group of receipts.flatMap(({ groups }) => groups)) {
    const key = `${group.service} ${group.severity}`;
    const sum = sums.get(key);
    sums.set(key, {
      ...group,
      chunks: group.chunks + (sum?.chunks ?? 0),
      records: group.records + (sum?.records ?? 0),
      bytes: group.bytes + (sum?.bytes ?? 0),
      from: Math.min(group.from, sum?.from ?? Infinity),
      to: Math.max(group.to, sum?.to ?? -Infinity),
    });
  }
  return [...sums.values()];
}

const byName = (groups: readonly ExpiredGroup[]): ExpiredGroup[] =>
  [...groups].sort((a, b) => (`${a.service} ${a.severity}` < `${b.service} ${b.severity}` ? -1 : 1));

async function storedChunks(): Promise<number> {
  return store.chunks.countDocuments();
}

it('makes its collections, whose receipts expire after 400 days', async () => {
  const indexes = await store.test.db.collection('retention_receipts').indexes();
  expect(indexes).toContainEqual(expect.objectContaining({ key: { at: 1 }, expireAfterSeconds: 400 * 86_400 }));
  const ofGroups = await store.test.db.collection('retention_receipt_groups').indexes();
  expect(ofGroups).toContainEqual(expect.objectContaining({ key: { at: 1 }, expireAfterSeconds: 400 * 86_400 }));
  expect(ofGroups).toContainEqual(expect.objectContaining({ key: { run: 1, service: 1, severity: 1 }, unique: true }));
});

it('removes what each service and severity has expired, hides it before, and gives a receipt', async () => {
  const records = manyRecords();
  await store.add(records);
  const kept = records.filter((record) => !isExpired(record)).map(({ body }) => body);
  expect((await store.found(policy, clock)).sort()).toEqual([...kept].sort());
  expect(kept).toHaveLength(2 + 1 + 2 + 1 + 5 + 5);

  expect(await store.runner(policy, clock).run(never)).toBe(true);
  expect(await storedChunks()).toBe(kept.length);
  expect((await store.found(policy, clock)).sort()).toEqual([...kept].sort());
  const expired = records.filter(isExpired);
  const [receipt, ...others] = await store.receipts();
  expect(others).toEqual([]);
  expect(receipt).toMatchObject({
    state: 'completed',
    startedAt: TEN_O_CLOCK,
    finishedAt: TEN_O_CLOCK,
    policy: {
      days: 10,
      rules: [
        { service: null, severity: 'debug', days: 2 },
        { service: 'audit', severity: null, days: 365 },
      ],
    },
    total: {
      chunks: expired.length,
      records: expired.length,
      from: Math.min(...expired.map(({ timestamp }) => timestamp)),
      to: Math.max(...expired.map(({ timestamp }) => timestamp)),
    },
    error: null,
    otherGroups: 0,
  });
  expect(receipt?.groups).toEqual(accountOf(expired));
});

it('keeps a chunk that straddles the line, of which searches show what has not expired, to the microsecond', async () => {
  let now = TEN_O_CLOCK + HOUR_US / 2;
  const line = now - 10 * DAY_US;
  const times = [-MINUTE_US, -1, 0, 1, MINUTE_US];
  const records = times.map((time) => aRecord({ timestamp: line + time, body: String(time) }));
  await store.chunks.insertOne(encodeChunk({ id: null, records }, newId));
  const runner = store.runner(policy, () => now);
  const afterRun = async (): Promise<[string[], number]> => {
    const before = await store.found(policy, () => now);
    expect(await runner.run(never)).toBe(true);
    expect(await store.found(policy, () => now)).toEqual(before);
    return [before, await storedChunks()];
  };
  expect(await afterRun()).toEqual([['0', '1', String(MINUTE_US)], 1]);
  now += MINUTE_US;
  expect(await afterRun()).toEqual([[String(MINUTE_US)], 1]);
  now += 1;
  expect(await afterRun()).toEqual([[], 0]);
});

it('gives a receipt also where there was nothing to remove', async () => {
  expect(await store.runner(policy, clock).run(never)).toBe(true);
  expect(await store.receipts()).toMatchObject([
    { state: 'completed', total: { chunks: 0, records: 0, bytes: 0, from: null, to: null }, groups: [] },
  ]);
});

it('honours any policy: what is removed had expired, what is found had not, and the receipt is the difference', async () => {
  const services = ['a', 'b', 'ß'];
  const anyRecord = fc
    .tuple(fc.constantFrom(...services), fc.constantFrom(...SEVERITIES), fc.integer({ min: 0, max: 5 * 24 }))
    .map(([service, severity, hours]) => aRecord({ service, severity, timestamp: TEN_O_CLOCK - hours * HOUR_US }));
  const anyRule = fc
    .tuple(fc.constantFrom(...services, ''), fc.constantFrom(...SEVERITIES, ''), fc.integer({ min: 1, max: 4 }))
    .filter(([service, severity]) => service !== '' || severity !== '');
  const anyRules = fc.uniqueArray(anyRule, {
    selector: ([service, severity]) => `${service}:${severity}`,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecord, { maxLength: 40 }), anyRules, async (records, rules) => {
      await store.clear();
      await store.add(records);
      const texts = rules.map(([service, severity, days]) =>
        [service && `service=${service}`, severity && `severity=${severity}`]
          .filter(Boolean)
          .join('&')
          .concat(`:${days}`),
      );
      const any = { days: 2, rules: parseRetentionRules(texts.join(',')) };
      const isKept = ({ service, severity, timestamp }: LogRecord): boolean =>
        timestamp >= retentionCutoff(any, service, severity, TEN_O_CLOCK);
      const before = await store.found(any, clock);
      expect(await store.runner(any, clock).run(never)).toBe(true);
      expect(before).toHaveLength(records.filter(isKept).length);
      expect(await store.found(any, clock)).toEqual(before);
      const receipt = (await store.receipts()).at(-1);
      const chunks = await store.chunks.find().toArray();
      expect(chunks.filter((chunk) => !isKept({ ...aRecord(), ...chunk, timestamp: chunk.to }))).toEqual([]);
      expect(receipt?.total.records).toBe(records.length - chunks.reduce((sum, { count }) => sum + count, 0));
    }),
    { numRuns: 25 },
  );
});

describe('several processes', () => {
  it('take turns: of those that begin at once one removes, the others stand by and do nothing', async () => {
    const records = manyRecords();
    await store.add(records);
    const runners = Array.from({ length: 4 }, () => store.runner(policy, clock, { leaseMs: 600 }));
    expect(await Promise.all(runners.map((runner) => runner.run(never)))).toEqual([true, true, true, true]);
    const receipts = await store.receipts();
    expect(receipts.map(({ state }) => state)).toEqual(['completed']);
    expect(receipts[0]?.groups).toEqual(accountOf(records.filter(isExpired)));
  });

  it('each run under their own policy', async () => {
    await store.add(manyRecords());
    await store.runner(policy, clock).run(never);
    expect(await store.runner({ days: 2 }, clock).run(never)).toBe(true);
    expect((await store.receipts()).map(({ policy: { days } }) => days)).toEqual([10, 2]);
    expect(await storedChunks()).toBe(6);
  });

  it('run again when their turn comes again', async () => {
    const [one, another] = [store.runner(policy, clock), store.runner(policy, clock)];
    await one.run(never);
    await one.run(never);
    await another.run(never); // covered
    const later = () => TEN_O_CLOCK + HOUR_US;
    await store.runner(policy, later).run(never);
    expect(await store.receipts()).toHaveLength(3);
  });

  it('remove nothing more once another has taken over, even when they wake up in the middle', async () => {
    const records = manyRecords();
    await store.add(records);
    let wakeUp = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (wakeUp = resolve));
    let isAsleep = false;
    const { chunks, leases } = store.ports;
    const frozen = store.runner(policy, clock, {
      leaseMs: 300,
      chunks: {
        expired: (...given) => chunks.expired(...given),
        remove: async (...given) => {
          isAsleep = true;
          await asleep;
          return chunks.remove(...given);
        },
      },
      leases: {
        ...store.ports.leases,
        take: leases.take.bind(leases),
        renew: () => asleep.then(() => false),
        release: leases.release.bind(leases),
      },
    });
    const sleeping = frozen.run(never);
    await eventually(() => isAsleep);
    const other = store.runner(policy, clock, { leaseMs: 300 });
    expect(await other.run(never)).toBe(true);
    expect(store.logged.join()).toContain('took retention over');
    const later = manyRecords().map((record) => ({ ...record, body: `${record.body} again` }));
    await store.add(later);
    const before = await storedChunks();
    wakeUp();
    expect(await sleeping).toBe(false);
    expect(await storedChunks()).toBe(before);
    const receipts = await store.receipts();
    expect(receipts.map(({ state }) => state)).toEqual(['interrupted', 'completed']);
    expect(byName(addedUp(receipts))).toEqual(byName(accountOf(records.filter(isExpired))));
  });

  it('end a run in order when told to: after the removal in hand, with the receipt closed and the lease given back', async () => {
    await store.add(manyRecords());
    const stop = new AbortController();
    const { chunks } = store.ports;
    const runner = store.runner(policy, clock, {
      chunks: {
        expired: (...given) => onebyone(chunks.expired(...given)),
        remove: async (...given) => {
          const removed = await chunks.remove(...given);
          stop.abort();
          return removed;
        },
      },
    });
    expect(await runner.run(stop.signal)).toBe(false);
    expect(await store.receipts()).toMatchObject([{ state: 'stopped', total: { chunks: 1 }, error: null }]);
    expect(await store.ports.leases.take(LEASE, 'another', 1_000)).toEqual({ isTaken: true, takenFrom: null });
  });

  it('stop waiting when told to', async () => {
    await store.ports.leases.take(LEASE, 'another', 60_000);
    const stop = new AbortController();
    const waiting = store.runner(policy, clock).run(stop.signal);
    await eventually(() => store.logged.join().includes('standing by'));
    stop.abort();
    expect(await waiting).toBe(false);
    expect(await store.receipts()).toEqual([]);
  });
});

/** Every chunk in a batch of its own, so that a run has many steps. */
async function* onebyone<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T[]> {
  for await (const batch of batches) for (const one of batch) yield [one];
}

class Killed extends Error {}

/**
 * The ports of a process that is killed at its step `last`, before it or after: nothing it does from then on happens. Steps
 * are the calls of its ports, and within a removal the account.
 */
function mortal(ports: RunnerPorts, last: number, when: 'before' | 'after'): RunnerPorts & { steps: () => number } {
  let steps = 0;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    steps++;
    if (steps > last || (steps === last && when === 'before')) throw new Killed();
    const result = await work();
    if (steps >= last) throw new Killed();
    return result;
  };
  const { chunks, ledger, leases } = ports;
  return {
    steps: () => steps,
    chunks: {
      expired: (...given) => onebyone(chunks.expired(...given)),
      remove: (ids, account, signal) =>
        step(() => chunks.remove(ids, (groups, session) => step(() => account(groups, session)), signal)),
    },
    ledger: {
      newest: () => step(() => ledger.newest()),
      closeInterrupted: (...given) => step(() => ledger.closeInterrupted(...given)),
      open: (...given) => step(() => ledger.open(...given)),
      account: (...given) => ledger.account(...given),
      close: (...given) => step(() => ledger.close(...given)),
    },
    leases: {
      take: (...given) => step(() => leases.take(...given)),
      renew: (...given) => leases.renew(...given),
      release: (...given) => step(() => leases.release(...given)),
    },
  };
}

/** Runs it as a process does that may be killed: whatever it answers is lost. */
async function dieOrEnd(runner: RetentionRunner): Promise<void> {
  await runner.run(never).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
}

describe('a process that is killed', () => {
  it.each(['before', 'after'] as const)(
    '%s any of its steps does no harm: the next one completes, and the receipts are what was removed',
    async (when) => {
      const records = manyRecords().filter(({ service }) => service !== 'web');
      const account = byName(accountOf(records.filter(isExpired)));
      for (let last = 1; ; last++) {
        await store.clear();
        await store.add(records);
        const ports = mortal(store.ports, last, when);
        await dieOrEnd(store.runner(policy, clock, ports));
        const atDeath = await store.receipts();
        const left = await storedChunks();
        expect(records.length - left).toBe(atDeath.reduce((sum, { total }) => sum + total.records, 0));

        const next = store.runner(policy, clock, { leaseMs: 60 });
        await store.test.db.collection('leases').updateMany({}, { $set: { expiresAt: new Date(0) } });
        expect(await next.run(never)).toBe(true);
        const receipts = await store.receipts();
        expect(receipts.map(({ state }) => state).filter((state) => state === 'running')).toEqual([]);
        expect(byName(addedUp(receipts))).toEqual(account);
        expect(await storedChunks()).toBe(records.length - records.filter(isExpired).length);
        if (ports.steps() < last) {
          expect(last).toBeGreaterThan(2 * account.length);
          return;
        }
      }
    },
    120_000,
  );

  it('leaves a receipt that the next run calls interrupted', async () => {
    await store.add(manyRecords());
    await dieOrEnd(store.runner(policy, clock, mortal(store.ports, 7, 'after')));
    await store.test.db.collection('leases').updateMany({}, { $set: { expiresAt: new Date(0) } });
    await store.runner(policy, clock).run(never);
    const [first, second] = await store.receipts();
    expect([first?.state, second?.state]).toEqual(['interrupted', 'completed']);
    expect(first?.total.chunks).toBeGreaterThan(0);
    expect(store.logged.join()).toMatch(/took retention over.*was interrupted/s);
  });
});

it('says on its receipt why a run failed; the next one does the rest', async () => {
  await store.add(manyRecords());
  const { chunks } = store.ports;
  let removals = 0;
  const failing: RunnerPorts['chunks'] = {
    expired: (...given) => onebyone(chunks.expired(...given)),
    remove: (...given) => (++removals === 3 ? Promise.reject(new Error('no space left')) : chunks.remove(...given)),
  };
  expect(await store.runner(policy, clock, { chunks: failing }).run(never)).toBe(false);
  expect(await store.receipts()).toMatchObject([{ state: 'failed', error: 'no space left', total: { chunks: 2 } }]);
  expect(await store.runner(policy, clock).run(never)).toBe(true);
  const receipts = await store.receipts();
  expect(receipts.map(({ state }) => state)).toEqual(['failed', 'completed']);
  expect(byName(addedUp(receipts))).toEqual(byName(accountOf(manyRecords().filter(isExpired))));
});

describe('a removal', () => {
  const groupsOf = async (): Promise<ExpiredGroup[][]> => (await store.receipts()).map(({ groups }) => [...groups]);

  it('is not accounted for twice when another has removed some of the chunks', async () => {
    await store.add(manyRecords());
    const { chunks, ledger } = store.ports;
    const run = { id: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708', startedAt: TEN_O_CLOCK };
    await ledger.open({ ...run, runner: 'me', policy: { days: 10, rules: [] } });
    const ids = (await store.chunks.find({ service: 'web', severity: 'info' }).toArray()).map(({ _id }) => _id);
    await store.chunks.deleteMany({ _id: { $in: ids.slice(0, 3) } });
    for (let times = 0; times < 2; times++) {
      await chunks.remove(ids, (groups, session) => ledger.account(run, groups, session), never);
    }
    expect(await groupsOf()).toMatchObject([[{ service: 'web', severity: 'info', chunks: 4, records: 4 }]]);
  });

  it('is neither done nor accounted for when its receipt is closed, or was never opened', async () => {
    await store.add(manyRecords());
    const { chunks, ledger } = store.ports;
    const run = { id: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708', startedAt: TEN_O_CLOCK };
    const ids = (await store.chunks.find().toArray()).map(({ _id }) => _id);
    const remove = () => chunks.remove(ids, (groups, session) => ledger.account(run, groups, session), never);
    await expect(remove()).rejects.toThrow(RunClosed);
    await ledger.open({ ...run, runner: 'me', policy: { days: 10, rules: [] } });
    expect(await ledger.closeInterrupted(TEN_O_CLOCK + 1)).toEqual([run.id]);
    await expect(remove()).rejects.toThrow(RunClosed);
    expect(await ledger.close(run.id, 'completed', TEN_O_CLOCK + 2)).toBe(false);
    expect(await storedChunks()).toBe(ids.length);
    expect(await store.receipts()).toMatchObject([{ state: 'interrupted', finishedAt: TEN_O_CLOCK + 1, groups: [] }]);
  });
});

it('finds expired chunks in the index, and skips there what a rule keeps longer', async () => {
  const longKept = Array.from({ length: 300 }, (_, i) => aRecord({ service: 'audit', timestamp: daysAgo(20 + i) }));
  await store.add([...longKept, ...manyRecords()]);
  const rest = { services: null, otherThan: ['audit'], severities: SEVERITIES, cutoff: daysAgo(10) };
  const plan = await store.chunks.find(expiredIn(rest), EXPIRED_HINT).explain('executionStats');
  const { nReturned, totalDocsExamined, totalKeysExamined } = plan.executionStats;
  expect([nReturned, totalDocsExamined]).toEqual([20, 20]);
  expect(totalKeysExamined).toBeLessThan(100);
});
