import { type HttpApp, startHttpApp } from '../../test/support/http-app';
import { metricProblems } from '../telemetry/metrics';

let app: HttpApp;
beforeEach(async () => {
  app = await startHttpApp([], { ROLE: 'search,source', EMBEDDED: 'rabbitmq,mongodb' });
});
afterEach(() => app.close());

describe('/health/ready', () => {
  it('tells roles and parts when all are there', async () => {
    app.telemetry.readiness.add('store', () => null);
    const response = await fetch(`${app.url}/health/ready`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'ready', roles: ['source', 'search'], parts: ['store'] },
    ]);
  });

  it('names what is missing, and no password', async () => {
    app.telemetry.readiness.add('broker', () => null);
    app.telemetry.readiness.add('store', () =>
      Promise.reject(new Error('connect mongodb://u:hunter2@db:27017 failed')),
    );
    const response = await fetch(`${app.url}/health/ready`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toEqual({
      statusCode: 503,
      code: 'not_ready',
      message: 'not ready: store (connect mongodb://***@db:27017 failed)',
      details: [{ part: 'store', missing: 'connect mongodb://***@db:27017 failed' }],
    });
  });
});

it('/health/ready tells balancers that the process stops, while it still answers', async () => {
  app.telemetry.readiness.add('store', () => null);
  app.telemetry.readiness.stop();
  const response = await fetch(`${app.url}/health/ready`);
  expect([response.status, await response.json()]).toEqual([
    503,
    { statusCode: 503, code: 'not_ready', message: 'stopping: send requests to other processes', details: [] },
  ]);
});

it('/health/live does not ask the parts', async () => {
  app.telemetry.readiness.add('store', () => 'away');
  const response = await fetch(`${app.url}/health/live`);
  expect([response.status, await response.json()]).toEqual([200, { status: 'live' }]);
});

describe('/metrics', () => {
  it('is in the format of Prometheus', async () => {
    const response = await fetch(`${app.url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('\nprocess_cpu_seconds_total ');
    expect(text).toContain('# TYPE logwarren_http_request_seconds histogram');
  });

  it('names a request by its route, never by its path', async () => {
    await fetch(`${app.url}/health/live?x=1`);
    await fetch(`${app.url}/made/up/by/a/client`);
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).toContain('_count{method="GET",route="/health/live",status="200"} 1');
    expect(text).toContain('_count{method="GET",route="none",status="404"} 1');
    expect(text).not.toContain('made');
    expect(metricProblems(app.telemetry.registry)).toEqual([]);
  });
});

describe('headers', () => {
  it('of answers keep browsers and caches out', async () => {
    const { headers } = await fetch(`${app.url}/metrics`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('etag')).toBeNull();
  });
});
