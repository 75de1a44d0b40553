import { SearchModule } from '../../src/modules/search/search.module';
import { eventually } from '../support/eventually';
import { type HttpApp, startHttpApp } from '../support/http-app';
import { SearchStore } from '../support/search-store';
import { PrivateService } from '../support/services';
import { aRecord } from '../support/storage';

let mongod: PrivateService;
let store: SearchStore;
let app: HttpApp;
beforeAll(async () => {
  mongod = await PrivateService.start('mongodb');
  store = await SearchStore.open(mongod.mongodbUri);
  await store.add([aRecord({ timestamp: Date.now() * 1_000 })]);
  app = await startHttpApp([], { MONGODB_URI: store.test.uri }, [SearchModule]);
});
afterAll(async () => {
  await app.close();
  await store.close();
  await mongod.close();
});

const PATHS = [
  '/api/v1/logs',
  '/api/v1/logs/histogram',
  '/logs/shop/info',
  '/api/v1/dead-letters',
  '/api/v1/retention/receipts',
  '/api/v1/retention/preview',
  `/api/v1/logs/1${Buffer.from('0006460f9c0a1e0002aabbccddeeff001122334455736f70', 'hex').toString('base64url')}`,
];

async function asked(path: string): Promise<{ status: number; code: unknown; retryAfter: string | null; ms: number }> {
  const startedAt = Date.now();
  const response = await fetch(app.url + path);
  const body = (await response.json()) as { code?: unknown };
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, code: body.code, retryAfter, ms: Date.now() - startedAt };
}

it('while the store is away every route says so within seconds, and answers again once it is back', async () => {
  expect((await asked('/api/v1/logs')).status).toBe(200);
  await mongod.kill();
  for (const path of PATHS) {
    const { status, code, retryAfter, ms } = await asked(path);
    expect([path, status, code, retryAfter]).toEqual([path, 503, 'store_unavailable', '1']);
    expect(ms).toBeLessThan(5_000);
  }
  expect((await asked('/api/v1/logs?limit=0')).status).toBe(400);
  await mongod.start();
  await eventually(async () => (await asked('/api/v1/logs')).status === 200, { timeoutMs: 20_000 });
});
