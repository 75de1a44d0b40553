import { connect } from 'node:net';
import { Controller, Get, Post } from '@nestjs/common';
import { type HttpApp, startHttpApp } from '../../test/support/http-app';

const TOKEN = 'correct-horse-battery';

@Controller()
class Secret {
  @Get('api/v1/logs')
  logs(): object {
    return { secret: true };
  }

  @Get('logs/:service')
  service(): object {
    return { secret: true };
  }

  @Post('ingest')
  ingest(): object {
    return { secret: true };
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([Secret], { API_TOKEN: TOKEN, CORS_ORIGINS: 'https://ui.example.org' });
});
afterAll(() => app.close());

/** What is sent is exactly this; any client that knows HTTP would mend it. */
function raw(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(app.url);
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(`${head}\r\nConnection: close\r\n\r\n`));
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

const rawGet = (target: string) => raw(`GET ${target} HTTP/1.1\r\nHost: x`);

describe('with the token', () => {
  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN} `])('%s answers', async (authorization) => {
    const response = await fetch(`${app.url}/api/v1/logs`, { headers: { authorization } });
    expect([response.status, await response.json()]).toEqual([200, { secret: true }]);
  });
});

describe('without the token', () => {
  it.each([
    ['none', undefined, 'is missing'],
    ['an empty one', 'Bearer ', 'is missing'],
    ['another', 'Bearer wrong', 'is not the API_TOKEN'],
    ['a beginning of it', `Bearer ${TOKEN.slice(0, -1)}`, 'is not the API_TOKEN'],
    ['one that begins with it', `Bearer ${TOKEN}x`, 'is not the API_TOKEN'],
    ['it twice', `Bearer ${TOKEN} ${TOKEN}`, 'is missing'],
    ['it as a password', `Basic ${Buffer.from(`user:${TOKEN}`).toString('base64')}`, 'is missing'],
    ['it without a scheme', TOKEN, 'is missing'],
  ])('%s: 401 in our form', async (_caption, authorization, message) => {
    const response = await fetch(`${app.url}/api/v1/logs`, { headers: authorization ? { authorization } : {} });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="logwarren"');
    expect(await response.json()).toEqual({
      statusCode: 401,
      code: 'unauthorized',
      message: expect.stringContaining(message),
    });
  });

  it.each(['/metrics', '/nothing', '/', '/docs-json/x', '/docs-yaml', '/health', '/health/other'])(
    '%s is closed as well',
    async (path) => {
      expect((await fetch(app.url + path)).status).toBe(401);
    },
  );

  it.each([
    '/health/live',
    '/health/live/',
    '/health/ready?x=1',
    '/docs',
    '/docs/',
    '/docs-json',
    '/docs/swagger-ui-init.js',
    '/docs/swagger-ui.css',
    '/docs/swagger-ui-bundle.js',
    '/docs/favicon-32x32.png',
    '/docs/index.html',
  ])('%s is open', async (path) => {
    expect((await fetch(app.url + path)).status).toBe(200);
  });

  it('an open path is open for reading alone', async () => {
    expect((await fetch(`${app.url}/health/live`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${app.url}/health/live`, { method: 'POST' })).status).toBe(401);
  });

  it.each([
    '/docs/../api/v1/logs',
    '/docs/..%2fapi/v1/logs',
    '/docs/%2e%2e/api/v1/logs',
    '/docs/..',
    '/docs//../api/v1/logs',
    '/health/../api/v1/logs',
    '/health/live/../../api/v1/logs',
    '//api/v1/logs',
    '//health/live/../../../api/v1/logs',
    '/api/v1/logs/',
    '/API/V1/LOGS',
    '/api/v1/logs?/health/live',
    '/api/v1/logs?x=/docs',
    '/api/v1/logs#/docs',
    '/api/v1/logs;/docs',
    '/api%2fv1/logs',
    '/%61pi/v1/logs',
    '/logs/docs',
    '/logs/health',
    '/HEALTH/LIVE',
    '/docs\\..\\api',
    '/docs%00',
    '/docs/.env',
    'http://x/api/v1/logs',
    'http://x/docs/../api/v1/logs',
    'http://health/live/../api/v1/logs',
    '*',
  ])('GET %s is no way around', async (target) => {
    const answer = await rawGet(target);
    expect(answer).toMatch(/^HTTP\/1\.1 (401|400) /);
    expect(answer).not.toContain('secret');
  });

  it.each([
    [
      'POST with GET written over it',
      'POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nX-HTTP-Method-Override: OPTIONS',
    ],
    [
      'a preflight that is none',
      'GET /api/v1/logs HTTP/1.1\r\nHost: x\r\nOrigin: a\r\nAccess-Control-Request-Method: GET',
    ],
    ['a path in a header', 'GET /api/v1/logs HTTP/1.1\r\nHost: x\r\nX-Original-URL: /docs\r\nX-Rewrite-URL: /docs'],
    [
      'two authorizations',
      `GET /api/v1/logs HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\nAuthorization: Bearer ${TOKEN}`,
    ],
  ])('%s is no way around', async (_caption, head) => {
    const answer = await raw(head);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).not.toContain('secret');
  });

  it('a preflight is answered, and a page may read the 401 that follows', async () => {
    const origin = 'https://ui.example.org';
    const preflight = await fetch(`${app.url}/api/v1/logs`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    const response = await fetch(`${app.url}/api/v1/logs`, { headers: { origin } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
  });
});
