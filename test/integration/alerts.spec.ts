import { KEPT_LINES } from '../../src/alerts/alert-counts';
import { ALERT_COUNTS, type AlertDocument, ALERTS, type CountDocument } from '../../src/alerts/alert-documents';
import { fingerprintOf } from '../../src/alerts/alert-labels';
import { LEASE } from '../../src/alerts/alert-outbox';
import { AlertCursorInvalid } from '../../src/alerts/alert-reader';
import { MINUTE_US, SECOND_US } from '../../src/log/timestamp';
import { aBatch, type AlertParts, counted, openAlerts, round, watching } from '../support/alerts';
import { TestDatabase } from '../support/database';

let database: TestDatabase;
let one: AlertParts;
let two: AlertParts;

beforeEach(async () => {
  database = await TestDatabase.create();
  [one, two] = await Promise.all([openAlerts(database.uri), openAlerts(database.uri)]);
});
afterEach(async () => {
  await Promise.all([one.close(), two.close()]);
  await database.close();
});

/** The minute that has just begun: what lies further back may expire in the midst of a test. */
const T = Math.floor((Date.now() * 1_000) / MINUTE_US) * MINUTE_US;
const s = (seconds: number): number => T + seconds * SECOND_US;
const kept = (): Promise<AlertDocument[]> =>
  database.db.collection<AlertDocument>(ALERTS).find().sort({ _id: 1 }).toArray();
const total = async (): Promise<number> =>
  (await database.db.collection<CountDocument>(ALERT_COUNTS).find().toArray()).reduce(
    (sum, { count }) => sum + count,
    0,
  );

describe('the counters', () => {
  it('of all monitors add up, however often a batch is added', async () => {
    const batches = [aBatch('a', counted('shop', { [s(0)]: 3 })), aBatch('b', counted('shop', { [s(0)]: 4 }))];
    for (const batch of [...batches, ...batches.toReversed()]) await one.counts.add(batch, s(1), 60 * SECOND_US);
    expect(await total()).toBe(7);
    await one.counts.add(aBatch('a', counted('shop', { [s(0)]: 5 })), s(1), 60 * SECOND_US);
    expect(await total()).toBe(12);
  });

  it('keep the last lines of all monitors, each once, however often a batch is added', async () => {
    const batches = [aBatch('a', counted('shop', { [s(0)]: 3 })), aBatch('b', counted('shop', { [s(2)]: 4 }))];
    for (const batch of [...batches, ...batches]) await one.counts.add(batch, s(3), 60 * SECOND_US);
    const fingerprint = fingerprintOf({ rule: 'error', service: 'shop' });
    expect((await one.counts.lines(fingerprint)).map(({ at }) => at)).toEqual(
      batches.flatMap(({ series }) => series.flatMap(({ lines }) => lines.map(({ at }) => at))),
    );
    for (let i = 4; i < 10; i++)
      await two.counts.add(aBatch('a', counted('shop', { [s(i)]: 1 })), s(10), 60 * SECOND_US);
    expect(await two.counts.lines(fingerprint)).toHaveLength(KEPT_LINES);
  });

  it('lose nothing where many monitors write the same buckets at once, twice each', async () => {
    const batches = Array.from({ length: 16 }, (_, i) =>
      aBatch(`m${i}`, ...['a', 'b', 'c'].map((service) => counted(service, { [s(0)]: 1, [s(2)]: 2, [s(4)]: 3 }))),
    );
    const add = (batch: (typeof batches)[number], i: number): Promise<void> =>
      (i % 2 === 0 ? one : two).counts.add(batch, s(5), 60 * SECOND_US);
    await Promise.all([...batches.map(add), ...batches.map(add)]);
    expect(await total()).toBe(16 * 3 * 6);
  });
});

describe('two monitors', () => {
  it('fire one alert for what neither would fire for alone', async () => {
    await round(one, aBatch('a', counted('shop', { [s(0)]: 5 })), s(1));
    expect(await kept()).toMatchObject([{ status: 'pending', service: 'shop', peak: 5, outbox: [] }]);
    await round(two, aBatch('b', counted('shop', { [s(30)]: 5 })), s(31));
    expect(await kept()).toMatchObject([
      {
        status: 'firing',
        startsAt: s(30),
        peak: 10,
        outbox: ['firing'],
        fingerprint: fingerprintOf({ rule: 'error', service: 'shop' }),
      },
    ]);
  });

  it('that judge the same at once fire each alert once, and send each notice once', async () => {
    const services = Array.from({ length: 30 }, (_, i) => `service-${i}`);
    const rounds = [one, two].flatMap((monitor, m) =>
      services.map((service) => round(monitor, aBatch(`m${m}`, counted(service, { [s(0)]: 8, [s(3)]: 8 })), s(4))),
    );
    await Promise.all(rounds);
    const alerts = await kept();
    expect(alerts.map(({ service }) => service).sort()).toEqual([...services].sort());
    expect(new Set(alerts.map(({ status, outbox }) => `${status} ${outbox.join()}`))).toEqual(
      new Set(['firing firing']),
    );
    const claims = await Promise.all(
      Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? one : two).outbox.claim(`claimant ${i}`, s(5))),
    );
    const claimed = claims.flatMap((claim) => (claim === null ? [] : [claim.alert.service]));
    expect(claimed.sort()).toEqual([...services].sort());
  });

  it('do not lose what one has counted and not judged: the other fires for it', async () => {
    await one.counts.add(aBatch('a', counted('shop', { [s(0)]: 12 })), s(1), 60 * SECOND_US);
    await two.evaluator.sweep(watching(s(2)));
    expect(await kept()).toEqual([]);
    await two.evaluator.sweep(watching(s(300)));
    expect(await kept()).toMatchObject([{ status: 'resolved', startsAt: s(0), outbox: ['firing', 'resolved'] }]);
  });
});

describe('a notice', () => {
  const fire = (): Promise<void> => round(one, aBatch('a', counted('shop', { [s(0)]: 10 })), s(1));

  it('is taken over, the same as it was, when who claimed it has not sent it within the lease', async () => {
    await fire();
    const first = await one.outbox.claim('first', s(1));
    expect(await two.outbox.claim('second', s(1) + LEASE - 1)).toBeNull();
    const second = await two.outbox.claim('second', s(1) + LEASE);
    expect(second).toMatchObject({ status: 'firing', isTakenOver: true });
    expect(first?.isTakenOver).toBe(false);
    const told = ({ fingerprint, startsAt, lines }: AlertDocument) => ({ fingerprint, startsAt, lines });
    expect(second && told(second.alert)).toEqual(first && told(first.alert));
    expect(second?.alert.lines).toEqual([{ at: s(0), severity: 'error', body: 'shop failed' }]);
    expect(first && (await one.outbox.sent(first, 'first', s(40)))).toBe(false);
    expect(second && (await two.outbox.sent(second, 'second', s(41)))).toBe(true);
    expect(await one.outbox.claim('third', s(1_000))).toBeNull();
    expect(await kept()).toMatchObject([{ outbox: [], sentAt: { firing: s(41) } }]);
  });

  it('that was given back is due when it was said, with the tries counted', async () => {
    await fire();
    const first = await one.outbox.claim('first', s(1));
    if (first !== null) await one.outbox.giveBack(first, 'first', s(3), true);
    expect(await two.outbox.claim('second', s(3) - 1)).toBeNull();
    expect(await two.outbox.claim('second', s(3))).toMatchObject({ attempts: 1, isTakenOver: false });
  });

  it('of the end waits until that of the beginning was sent', async () => {
    await fire();
    const first = await one.outbox.claim('first', s(80));
    await two.evaluator.sweep(watching(s(90)));
    expect(await kept()).toMatchObject([{ status: 'resolved', outbox: ['firing', 'resolved'] }]);
    expect(await two.outbox.claim('second', s(91))).toBeNull();
    if (first !== null) await one.outbox.sent(first, 'first', s(92));
    const second = await two.outbox.claim('second', s(92));
    expect(second).toMatchObject({ status: 'resolved', alert: { startsAt: s(0) }, attempts: 0, isTakenOver: false });
  });
});

describe('an alert', () => {
  it('does not fire again in a monitor that has just started, nor is it resolved by one', async () => {
    await round(one, aBatch('a', counted('shop', { [s(0)]: 10 })), s(1));
    await two.evaluator.sweep({ now: s(300), since: s(299) });
    await round(two, aBatch('b', counted('shop', { [s(299)]: 20 })), s(300));
    expect(await kept()).toMatchObject([{ status: 'firing', startsAt: s(0), outbox: ['firing'], peak: 20 }]);
  });

  it('is resolved once by two monitors, and the next storm is another alert, counted anew', async () => {
    await round(one, aBatch('a', counted('shop', { [s(0)]: 10 })), s(1));
    await Promise.all([one.evaluator.sweep(watching(s(90))), two.evaluator.sweep(watching(s(90)))]);
    expect(await kept()).toMatchObject([
      { status: 'resolved', outbox: ['firing', 'resolved'], endedAt: expect.any(Date) },
    ]);
    await round(two, aBatch('b', counted('shop', { [s(59)]: 9 })), s(91));
    expect((await kept())[1]).toMatchObject({ status: 'pending', peak: 9 });
    await round(two, aBatch('b', counted('shop', { [s(60)]: 1 })), s(92));
    expect((await kept())[1]).toMatchObject({ status: 'firing', startsAt: s(60), outbox: ['firing'] });
  });

  it('fires again after the clock was set back, for what was counted since', async () => {
    await round(one, aBatch('a', counted('shop', { [s(3600)]: 10 })), s(3601));
    await one.evaluator.sweep(watching(s(3700)));
    expect(await kept()).toMatchObject([{ status: 'resolved' }]);
    await round(one, aBatch('a', counted('shop', { [s(0)]: 9 })), s(1));
    expect(await one.reader.list({ statuses: ['pending'], services: [], limit: 9, cursor: null })).toMatchObject({
      alerts: [{ peak: 9, since: s(0) }],
    });
    await round(one, aBatch('a', counted('shop', { [s(6)]: 1 })), s(7));
    expect(await one.reader.list({ statuses: ['firing'], services: [], limit: 9, cursor: null })).toMatchObject({
      alerts: [{ peak: 10, startsAt: s(6) }],
    });
  });

  it('that never fired leaves nothing behind', async () => {
    await round(one, aBatch('a', counted('shop', { [s(0)]: 9 })), s(1));
    await one.evaluator.sweep(watching(s(60)));
    expect(await kept()).toHaveLength(1);
    await one.evaluator.sweep(watching(s(90)));
    expect(await kept()).toEqual([]);
  });

  it('keeps services and rules apart, whatever their names', async () => {
    const names = ['a', 'A', '$service', 'a.b', '{"a":1}', ' a'];
    await round(one, aBatch('a', ...names.map((name) => counted(name, { [s(0)]: 10 }))), s(1));
    expect((await kept()).map(({ service }) => service).sort()).toEqual([...names].sort());
  });
});

describe('reading', () => {
  it('pages from the last that began to the first, filtered', async () => {
    for (let i = 0; i < 7; i++) {
      await round(one, aBatch('a', counted(`s${i}`, { [s(0)]: i % 2 === 0 ? 10 : 5 })), s(1) + i * 1_000);
    }
    const query = { statuses: [], services: [], limit: 3, cursor: null };
    const first = await one.reader.list(query);
    const second = await one.reader.list({ ...query, cursor: first.nextCursor });
    const third = await one.reader.list({ ...query, cursor: second.nextCursor });
    const names = [first, second, third].map(({ alerts }) => alerts.map(({ service }) => service).join());
    expect([...names, third.nextCursor]).toEqual(['s6,s5,s4', 's3,s2,s1', 's0', null]);
    const firing = await one.reader.list({ ...query, statuses: ['firing'], services: ['s1', 's2', 's4'] });
    expect(firing.alerts.map(({ service }) => service)).toEqual(['s4', 's2']);
    await expect(one.reader.list({ ...query, cursor: 'x' })).rejects.toThrow(AlertCursorInvalid);
  });
});

describe('the collections', () => {
  const expiry = async (name: string, field: string): Promise<number | undefined> =>
    (await database.db.collection(name).indexes()).find(({ key }) => field in key)?.expireAfterSeconds;

  it('expire: past alerts with the records, counts by themselves', async () => {
    expect([await expiry(ALERTS, 'endedAt'), await expiry(ALERT_COUNTS, 'expiresAt')]).toEqual([10 * 86_400, 0]);
    const three = await openAlerts(database.uri, { RETENTION_DAYS: '3' });
    expect(await expiry(ALERTS, 'endedAt')).toBe(3 * 86_400);
    await three.close();
  });

  it.each([
    ['what is due', ALERTS, { dueAt: { $lte: 1 } }],
    ['what may have become calm', ALERTS, { open: true, heldUntil: { $lte: 1 } }],
    ['the open alert of a series', ALERTS, { fingerprint: { $in: ['x'] }, open: true }],
    ['what was left to be judged', ALERT_COUNTS, { fresh: true, writtenAt: { $lt: 1 } }],
    ['the window of a series', ALERT_COUNTS, { $or: [{ fingerprint: 'x', at: { $gte: 1 } }] }],
  ])('have an index for %s', async (_caption, collection, filter) => {
    const plan = await database.db.collection(collection).find(filter).explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('IXSCAN');
    expect(JSON.stringify(plan)).not.toContain('COLLSCAN');
  });
});
