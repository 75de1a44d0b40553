import type { AlertDocument } from '../../src/alerts/alert-documents';
import { MONITORING_QUEUE } from '../../src/messaging/topology';
import { aBatch, counted, openAlerts, round } from '../support/alerts';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { aPack, publishPack } from '../support/packs';
import { type RoleProcess, startRole } from '../support/role-process';
import { ask } from '../support/search-client';
import { PrivateService } from '../support/services';
import { WebhookReceiver } from '../support/webhook-receiver';

let broker: TestBroker;
let database: TestDatabase;
let webhook: WebhookReceiver;
const running: RoleProcess[] = [];

beforeEach(async () => {
  [broker, database, webhook] = await Promise.all([TestBroker.create(), TestDatabase.create(), WebhookReceiver.open()]);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (role) => role.running && role.stop()));
  await Promise.all([broker.close(), database.close(), webhook.close()]);
});

async function start(env: Record<string, string> = {}, role = 'monitoring'): Promise<RoleProcess> {
  const servers = { RABBITMQ_URL: broker.url, MONGODB_URI: database.uri, ALERT_WEBHOOK_URL: webhook.url };
  const started = await startRole({ role, env: { ...servers, ...env } });
  running.push(started);
  return started;
}

const alerts = (): Promise<AlertDocument[]> =>
  database.db.collection<AlertDocument>('alerts').find().sort({ _id: 1 }).toArray();
const allSent = (status: string): Promise<true> =>
  eventually(
    async () => {
      const found = await alerts();
      return found.length > 0 && found.every((one) => one.status === status && one.outbox.length === 0) ? true : null;
    },
    { timeoutMs: 50_000, describe: `every alert ${status} and told` },
  );
const metric = async (role: RoleProcess, name: string): Promise<number> => {
  const line = (await (await fetch(`${role.url}/metrics`)).text())
    .split('\n')
    .find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ')[1] ?? 0);
};

describe('monitors', () => {
  it('tell of a storm once, and once of its end, however many they are', async () => {
    await Promise.all([start({ ALERT_WINDOW: '2s' }), start({ ALERT_WINDOW: '2s' }), start({ ALERT_WINDOW: '2s' })]);
    await Promise.all(Array.from({ length: 30 }, () => publishPack(broker, 'shop', 1)));
    await allSent('resolved');
    const told = webhook.alertsOf('shop');
    expect(told.map(({ status }) => status)).toEqual(['firing', 'resolved']);
    const [firing, resolved] = told;
    expect([resolved?.fingerprint, resolved?.startsAt]).toEqual([firing?.fingerprint, firing?.startsAt]);
    expect(webhook.received[0]?.body).toMatchObject({ version: '4', status: 'firing', receiver: 'logwarren' });
    expect(firing?.labels).toEqual({ alertname: 'ManyErrors', service: 'shop', severity: 'error' });
    expect(firing?.annotations['lines']).toMatch(/Z error failure 0 of shop$/);
    expect(running.flatMap(({ logs }) => logs).filter(({ msg }) => msg?.startsWith('ALERT firing'))).toHaveLength(1);
  });

  it('tell the same when the one that tells is killed before it is done', async () => {
    await Promise.all([start(), start()]);
    webhook.answer = null;
    await publishPack(broker, 'shop', 10);
    await eventually(() => webhook.received.length === 1);
    const teller = await eventually(() => running.find(({ logs }) => logs.some(({ msg }) => msg?.startsWith('ALERT'))));
    await teller.kill();
    webhook.answer = 200;
    await allSent('firing');
    const [first, second, ...more] = webhook.alertsOf('shop');
    expect(second).toEqual(first);
    expect(more).toEqual([]);
  }, 90_000);

  it('tell what one that was killed had decided and not told', async () => {
    const killed = await openAlerts(database.uri);
    const now = Date.now() * 1_000;
    await round(killed, aBatch('a', counted('shop', { [now]: 10 })), now);
    await killed.close();
    expect(await alerts()).toMatchObject([{ status: 'firing', outbox: ['firing'] }]);
    await start();
    await allSent('firing');
    expect(webhook.alertsOf('shop').map(({ status }) => status)).toEqual(['firing']);
  });

  it('do not fire again after a restart, and still see the end', async () => {
    const env = { ALERT_WINDOW: '8s' };
    const before = await start(env);
    await publishPack(broker, 'shop', 10);
    await allSent('firing');
    expect(await before.stop()).toBe(0);
    await publishPack(broker, 'shop', 10); // waits in the queue
    const after = await start(env);
    await eventually(async () => (await metric(after, 'logwarren_monitored_records_total{severity="error"}')) === 10);
    await allSent('resolved');
    expect(webhook.alertsOf('shop').map(({ status }) => status)).toEqual(['firing', 'resolved']);
    expect(await alerts()).toMatchObject([{ service: 'shop' }]);
  });

  it('count what waited for them while none was alive', async () => {
    await (await start()).stop();
    await publishPack(broker, 'shop', 10);
    await start();
    await allSent('firing');
    expect(webhook.alertsOf('shop')).toHaveLength(1);
  });

  it('fire after an outage of the store for what happened in it, and end nothing because of it', async () => {
    const service = await PrivateService.start('mongodb');
    const own = await TestDatabase.create(service.mongodbUri);
    const shared = database;
    database = own;
    try {
      const monitor = await start({ ALERT_WINDOW: '5s' });
      await service.stop();
      await publishPack(broker, 'shop', 6);
      await eventually(() => monitor.logs.some(({ msg }) => msg?.startsWith('alerts cannot be judged now')));
      await publishPack(broker, 'shop', 4);
      await service.start();
      await allSent('resolved');
      expect(webhook.alertsOf('shop').map(({ status }) => status)).toEqual(['firing', 'resolved']);
      expect(await alerts()).toMatchObject([{ peak: 10 }]);
      expect(await monitor.stop()).toBe(0);
    } finally {
      database = shared;
      await own.close();
      await service.close();
    }
  }, 120_000);

  it('count a pack once that its source has sent again', async () => {
    const monitor = await start();
    const { key, body, options } = aPack('shop', 6, Date.now());
    for (let times = 0; times < 3; times++) await broker.publish('logs_exchange', key, body, options);
    await publishPack(broker, 'last', 1);
    await eventually(async () => (await alerts()).length === 2);
    expect((await alerts()).map(({ service, status, peak }) => `${service} ${status} ${peak}`).sort()).toEqual([
      'last pending 1',
      'shop pending 6',
    ]);
    expect(await metric(monitor, 'logwarren_monitored_messages_repeated_total')).toBe(2);
  });

  it('lose nothing at a stop: what was on its way to them is counted, the rest stays in the queue', async () => {
    const monitor = await start();
    const perPack = 100;
    const packs = 3_000;
    await broker.withChannel(async (channel) => {
      for (let pack = 0; pack < packs; pack++) {
        const { key, body, options } = aPack(`noisy-${pack % 3}`, perPack, Date.now());
        channel.publish('logs_exchange', key, body, options);
      }
      const seen = 'logwarren_monitored_records_total{severity="error"}';
      await eventually(async () => (await metric(monitor, seen)) > 0, { intervalMs: 1 });
      const stopped = monitor.stop();
      await channel.waitForConfirms();
      expect(await stopped).toBe(0);
    });
    const counts = await database.db.collection('alert_counts').find().toArray();
    const counted = counts.reduce((sum, { count }) => sum + Number(count), 0);
    expect(counted / perPack + (await broker.depth(MONITORING_QUEUE))).toBe(packs);
  });

  it('tell nobody of a backlog being drained', async () => {
    const monitor = await start({ ALERT_WARN_THRESHOLD: '3' });
    for (let minute = 10; minute > 2; minute--) {
      await publishPack(broker, 'old', 500, { at: Date.now() - minute * 60_000 });
    }
    await publishPack(broker, 'few', 9);
    await publishPack(broker, 'careful', 3, { severity: 'warn' });
    await eventually(() => webhook.alertsOf('careful').length === 1);
    const late = 'logwarren_monitored_records_uncounted_total{reason="late"}';
    await eventually(async () => (await metric(monitor, late)) === 8 * 500);
    expect((await alerts()).map(({ service, status }) => `${service} ${status}`).sort()).toEqual([
      'careful firing',
      'few pending',
    ]);
    expect(webhook.received).toHaveLength(1);
  });

  it('try a webhook again that does not take the notice', async () => {
    webhook.answer = 503;
    const monitor = await start();
    await publishPack(broker, 'shop', 10);
    await eventually(() => webhook.received.length === 2);
    webhook.answer = 200;
    await allSent('firing');
    const told = webhook.alertsOf('shop');
    expect(told).toEqual(told.map(() => told[0]));
    expect(monitor.logs.filter(({ msg }) => msg?.startsWith('ALERT firing'))).toHaveLength(1);
    expect(monitor.logs.filter(({ msg }) => msg?.includes('was not taken')).length).toBe(told.length - 1);
  });

  it('consume MonitoringQueue again after someone deleted it', async () => {
    await Promise.all([start(), start()]);
    await broker.withChannel((channel) => channel.deleteQueue(MONITORING_QUEUE));
    const bothConsume = async (): Promise<boolean> => (await broker.consumerCount(MONITORING_QUEUE)) === 2;
    await eventually(bothConsume, { timeoutMs: 30_000, describe: 'both consumers' });
    await publishPack(broker, 'shop', 10);
    await allSent('firing');
  });

  it('are shown by the search role', async () => {
    await start({}, 'monitoring,search');
    await publishPack(broker, 'shop', 12);
    await publishPack(broker, 'cart', 1);
    await areTold(['cart pending', 'shop firing']);
    const [role] = running;
    const { alerts: shown } = await ask<{ alerts: Record<string, unknown>[] }>(role?.url ?? '', '/api/v1/alerts', {
      status: 'firing',
    });
    expect(shown).toMatchObject([
      { service: 'shop', rule: 'error', status: 'firing', threshold: 10, windowSeconds: 60, endsAt: null },
    ]);
    expect(shown[0]?.['lines']).toHaveLength(5);
    expect(webhook.alertsOf('shop')[0]?.generatorURL).toContain(`${role?.url}/api/v1/logs?`);
    const wrong = await fetch(`${role?.url}/api/v1/alerts?status=loud`);
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('pending, firing, resolved')]);
  });
});

const areTold = (states: readonly string[]): Promise<true> =>
  eventually(async () => {
    const found = await alerts();
    const told = found.every(({ outbox }) => outbox.length === 0);
    const now = found.map(({ service, status }) => `${service} ${status}`).sort();
    return told && now.join() === states.join() ? true : null;
  });

describe('a flood', () => {
  it('delays no alert, and stays within the memory of a monitor', async () => {
    const monitor = await start({ NODE_OPTIONS: '--max-old-space-size=96' });
    const stop = Date.now() + 10_000;
    let published = 0;
    let quietAt = 0;
    await broker.withChannel(async (channel) => {
      for (let slice = 0; Date.now() < stop; slice++) {
        const sliceEnds = Date.now() + 100;
        for (let pack = 0; pack < 10; pack++) {
          const { key, body, options } = aPack(`noisy-${pack % 3}`, 500, Date.now());
          channel.publish('logs_exchange', key, body, options);
          published += 500;
        }
        if (slice === 30) {
          const { key, body, options } = aPack('quiet', 10, (quietAt = Date.now()));
          channel.publish('logs_exchange', key, body, options);
        }
        await channel.waitForConfirms();
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, sliceEnds - Date.now()))); // the load
      }
    });
    await eventually(() => webhook.alertsOf('quiet').length === 1);
    const told = webhook.received.find(({ body }) => body.alerts[0]?.labels['service'] === 'quiet');
    expect((told?.at ?? Infinity) - quietAt).toBeLessThan(5_000);
    const seen = 'logwarren_monitored_records_total{severity="error"}';
    await eventually(async () => (await metric(monitor, seen)) === published + 10, { timeoutMs: 20_000 });
    await eventually(async () => {
      const counts = await database.db.collection('alert_counts').find().toArray();
      return counts.reduce((sum, { count }) => sum + Number(count), 0) === published + 10;
    });
    expect(webhook.received).toHaveLength(4);
    expect(published).toBeGreaterThan(100_000);
    expect(monitor.running).toBe(true);
  }, 90_000);

  it('of a thousand services is judged in seconds', async () => {
    await start();
    await broker.withChannel(async (channel) => {
      for (let service = 0; service < 1_000; service++) {
        const { key, body, options } = aPack(`service-${service}`, 10, Date.now());
        channel.publish('logs_exchange', key, body, options);
      }
      await channel.waitForConfirms();
    });
    await eventually(() => webhook.received.length === 1_000, { timeoutMs: 30_000, describe: 'a notice each' });
    expect(new Set(webhook.received.map(({ body }) => body.alerts[0]?.fingerprint)).size).toBe(1_000);
  });

  it('with no monitor alive leaves no more in the queue than its bound', async () => {
    await (await start()).stop();
    const mebibyte = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < 80; sent++) await broker.publish('', MONITORING_QUEUE, mebibyte);
    const waiting = await broker.depth(MONITORING_QUEUE);
    expect(waiting).toBeGreaterThan(32);
    expect(waiting).toBeLessThanOrEqual(64);
  });
});
