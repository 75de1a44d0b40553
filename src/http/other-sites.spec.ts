import { Controller, Get, Post } from '@nestjs/common';
import { type HttpApp, startHttpApp } from '../../test/support/http-app';

@Controller()
class Changing {
  @Get('ingest')
  look(): object {
    return { ok: true };
  }

  @Post('ingest')
  change(): object {
    return { ok: true };
  }
}

let app: HttpApp | undefined;
afterEach(() => app?.close());

/** The status and code of what a browser gets. */
async function answer(corsOrigins: string, method: string, headers: Record<string, string>) {
  app = await startHttpApp([Changing], { CORS_ORIGINS: corsOrigins });
  const response = await fetch(`${app.url}/ingest`, { method, headers });
  const { code } = (await response.json()) as { code?: string };
  return [response.status, code];
}

const OTHER = 'https://other.example';
const from = (site: string, origin?: string): Record<string, string> => ({
  'sec-fetch-site': site,
  ...(origin === undefined ? {} : { origin }),
});

describe('a page that has a browser send something', () => {
  it.each([
    ['of another site', '', from('cross-site', OTHER)],
    ['of another port', '', from('same-site', 'http://127.0.0.1:8080')],
    ['without an origin', 'https://ui.example', from('cross-site', 'null')],
    ['with none at all', 'https://ui.example', from('cross-site')],
    ['that is not the one allowed', 'https://ui.example', from('cross-site', OTHER)],
  ])('%s is refused', async (_caption, origins, headers) => {
    expect(await answer(origins, 'POST', headers)).toEqual([403, 'forbidden']);
  });

  it.each([
    ['that is allowed', `https://ui.example,${OTHER}`, from('cross-site', OTHER)],
    ['where all are', '*', from('cross-site', OTHER)],
    ['of ours', '', from('same-origin', 'http://127.0.0.1:3000')],
    ['that is none, but a person', '', from('none')],
    ['that is no browser', '', {}],
    ['that is no browser, and names an origin', '', { origin: OTHER }],
  ])('%s is not', async (_caption, origins, headers) => {
    expect(await answer(origins, 'POST', headers)).toEqual([201, undefined]);
  });

  it('may look: the browser keeps the answer', async () => {
    expect(await answer('', 'GET', from('cross-site', OTHER))).toEqual([200, undefined]);
  });
});

it('the refusal names the origin and the variable, and can be read by a page that is allowed', async () => {
  app = await startHttpApp([Changing], { CORS_ORIGINS: 'https://ui.example', API_TOKEN: 'a-token-of-enough-length' });
  const response = await fetch(`${app.url}/ingest`, { method: 'POST', headers: from('cross-site', OTHER) });
  expect(await response.json()).toEqual({
    statusCode: 403,
    code: 'forbidden',
    message: 'A page of another origin (https://other.example) may not send this; CORS_ORIGINS names those that may',
  });
});
