import { Controller, Get } from '@nestjs/common';
import { type HttpApp, startHttpApp } from '../../test/support/http-app';

@Controller()
class Answering {
  @Get('answer')
  answer(): object {
    return { ok: true };
  }
}

let app: HttpApp | undefined;
afterEach(() => app?.close());

/** What a browser on a page of that origin learns from a preflight and from the request itself. */
async function allowed(corsOrigins: string, origin: string) {
  app = await startHttpApp([Answering], { CORS_ORIGINS: corsOrigins });
  const preflight = await fetch(`${app.url}/answer`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET' },
  });
  const response = await fetch(`${app.url}/answer`, { headers: { origin } });
  expect(await response.json()).toEqual({ ok: true });
  const headers = [preflight, response].map((one) => one.headers);
  expect(headers.map((one) => one.get('access-control-allow-credentials'))).toEqual([null, null]);
  return headers.map((one) => one.get('access-control-allow-origin'));
}

describe('CORS', () => {
  it.each([
    ['', 'https://a.example'],
    ['https://a.example', 'https://b.example'],
    ['https://a.example', 'https://a.example.evil'],
    ['https://a.example', 'http://a.example'],
    ['https://a.example', 'https://a.example:8443'],
    ['https://a.example', 'https://xa.example'],
    ['https://a.example', 'null'],
  ])('with CORS_ORIGINS=%s is closed to %s', async (origins, origin) => {
    expect(await allowed(origins, origin)).toEqual([null, null]);
  });

  it.each([
    ['https://a.example', 'https://a.example', 'https://a.example'],
    ['https://a.example, https://b.example', 'https://b.example', 'https://b.example'],
    ['*', 'https://anything.example', '*'],
  ])('with CORS_ORIGINS=%s is open to %s', async (origins, origin, expected) => {
    expect(await allowed(origins, origin)).toEqual([expected, expected]);
  });

  it.each(['Authorization', 'Content-Type', 'Content-Encoding', 'Idempotency-Key', 'X-Service', 'X-Severity'])(
    'lets the pages of its origins send %s',
    async (name) => {
      app = await startHttpApp([Answering], { CORS_ORIGINS: 'https://a.example' });
      const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
      const preflight = await fetch(`${app.url}/answer`, { method: 'OPTIONS', headers });
      expect(preflight.headers.get('access-control-allow-headers')?.split(',')).toContain(name);
    },
  );

  it('tells caches that the answer depends on the origin', async () => {
    app = await startHttpApp([Answering], { CORS_ORIGINS: 'https://a.example' });
    expect((await fetch(`${app.url}/answer`)).headers.get('vary')).toContain('Origin');
  });
});
