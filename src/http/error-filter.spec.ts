import { request as httpRequest } from 'node:http';
import {
  BadRequestException,
  Controller,
  ForbiddenException,
  Get,
  InternalServerErrorException,
  Param,
  PayloadTooLargeException,
  Post,
  Res,
} from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host';
import type { Response } from 'express';
import { type HttpApp, startHttpApp } from '../../test/support/http-app';
import { HttpEvents } from '../telemetry/http-events';
import { ApiError } from './api-error';
import { ErrorFilter } from './error-filter';

const named = (name: string, fields: object = {}) => Object.assign(new Error(`secret of ${name}`), { name, ...fields });

const THROWN: Record<string, () => unknown> = {
  busy: () => new ApiError('too_busy', '8 searches are being answered already', undefined, 3),
  details: () => new ApiError('invalid_parameter', 'limit is wrong', [{ parameter: 'limit' }]),
  broker: () => new ApiError('broker_unavailable', 'RabbitMQ is away', undefined, 0.2),
  fault: () => new TypeError('secret of a fault'),
  text: () => 'secret text',
  nothing: () => undefined,
  nest400: () => new BadRequestException(['a is wrong', 'b too']),
  nest403: () => new ForbiddenException('not for you'),
  nest413: () => new PayloadTooLargeException('too much'),
  nest500: () => new InternalServerErrorException('secret of nest'),
  exposed: () => Object.assign(new Error('stream is not readable'), { status: 415, expose: true }),
  unexposed: () => Object.assign(new Error('secret'), { status: 415, expose: false }),
  selection: () => named('MongoServerSelectionError'),
  network: () => named('MongoNetworkError'),
  buffering: () =>
    Object.assign(new Error('Operation `x.find()` buffering timed out after 1ms'), { name: 'MongooseError' }),
  stepdown: () => named('MongoServerError', { code: 10107 }),
  tooSlow: () => named('MongoServerError', { code: 50 }),
  cursorGone: () => named('MongoServerError', { code: 43 }),
  duplicate: () => named('MongoServerError', { code: 11000 }),
  caused: () => new Error('secret', { cause: named('MongoNetworkTimeoutError') }),
};

@Controller()
class Throwing {
  @Get('throw/:what')
  throwing(@Param('what') what: string): never {
    throw THROWN[what]?.();
  }

  @Get('late')
  async late(@Res() response: Response): Promise<void> {
    response.type('text/plain').write('a beginning');
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('after the headers');
  }

  @Get('headers')
  headers(@Res({ passthrough: true }) response: Response): never {
    response.type('text/csv').setHeader('Content-Disposition', 'attachment; filename="x.csv"');
    response.setHeader('Content-Encoding', 'gzip');
    throw new ApiError('not_found', 'no such record');
  }

  @Post('posted')
  posted(): object {
    return { ok: true };
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([Throwing]);
});
afterAll(() => app.close());

const get = (path: string, init?: RequestInit) => fetch(app.url + path, init);

describe('the error answer', () => {
  it.each([
    ['busy', 429, { code: 'too_busy', message: '8 searches are being answered already' }, '3'],
    ['details', 400, { code: 'invalid_parameter', message: 'limit is wrong', details: [{ parameter: 'limit' }] }, null],
    ['broker', 503, { code: 'broker_unavailable', message: 'RabbitMQ is away' }, '1'],
    ['nest400', 400, { code: 'invalid_parameter', message: 'a is wrong; b too' }, null],
    ['nest403', 404, { code: 'not_found', message: 'not for you' }, null],
    ['nest413', 413, { code: 'too_large', message: 'too much' }, null],
    ['exposed', 415, { code: 'unsupported', message: 'stream is not readable' }, null],
    ['selection', 503, { code: 'store_unavailable', message: 'The store cannot be reached; try again' }, '1'],
    ['network', 503, { code: 'store_unavailable', message: expect.any(String) }, '1'],
    ['buffering', 503, { code: 'store_unavailable', message: expect.any(String) }, '1'],
    ['stepdown', 503, { code: 'store_unavailable', message: expect.any(String) }, '1'],
    ['tooSlow', 503, { code: 'store_unavailable', message: expect.any(String) }, '1'],
    ['cursorGone', 503, { code: 'store_unavailable', message: expect.any(String) }, '1'],
    ['caused', 503, { code: 'store_unavailable', message: expect.any(String) }, '1'],
  ])('of %s is %i', async (what, status, body, retryAfter) => {
    const response = await get(`/throw/${what}`);
    expect([response.status, await response.json()]).toEqual([status, { statusCode: status, ...body }]);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it.each(['fault', 'text', 'nothing', 'nest500', 'unexposed', 'duplicate'])(
    'of %s, which nobody foresaw, is 500 without a word of it, and is logged with its stack',
    async (what) => {
      const before = app.logged.length;
      const response = await get(`/throw/${what}`);
      const message = 'Something went wrong here; the server log tells what';
      expect(await response.json()).toEqual({ statusCode: 500, code: 'internal', message });
      const line = app.logged.slice(before).find(({ level }) => level === 'error');
      expect(line).toMatchObject({ msg: 'a request failed', method: 'GET', path: `/throw/${what}` });
      if (what === 'fault')
        expect(line).toMatchObject({ err: { type: 'TypeError', stack: expect.stringContaining('.spec') } });
    },
  );

  it('does not log what is the client to mend', async () => {
    const before = app.logged.length;
    await get('/throw/details');
    expect(app.logged.slice(before).filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  it('counts faults and outages by code', async () => {
    await get('/throw/network');
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/logwarren_http_failures_total\{code="store_unavailable"\} [1-9]/);
    expect(metrics).toMatch(
      /logwarren_http_request_seconds_count\{method="GET",route="\/throw\/:what",status="503"\} [1-9]/,
    );
  });

  it('describes itself, not the answer that was begun', async () => {
    const response = await get('/headers');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBeNull();
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.json()).toMatchObject({ code: 'not_found' });
  });

  it('of an answer that is half out is a broken connection', async () => {
    const response = await get('/late');
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
  });
});

describe('a route that does not exist', () => {
  it.each([
    ['GET', '/nothing?token=x', 'There is no GET /nothing; see /docs for what there is', null],
    ['POST', '/api/v9/x/', 'There is no POST /api/v9/x/; see /docs for what there is', null],
    ['DELETE', '/posted', 'There is no DELETE /posted; see /docs for what there is', 'POST, OPTIONS'],
    ['POST', '/health/live', 'There is no POST /health/live; see /docs for what there is', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 404', async (method, path, message, allow) => {
    const response = await get(path, { method });
    expect([response.status, await response.json()]).toEqual([404, { statusCode: 404, code: 'not_found', message }]);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it('answers HEAD with the head alone', async () => {
    const response = await get('/nothing', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });

  it('is not told at full length', async () => {
    const body = await (await get(`/${'x'.repeat(5_000)}`)).text();
    expect(body.length).toBeLessThan(400);
  });
});

describe('methods', () => {
  it('HEAD answers as GET without the body', async () => {
    const response = await get('/health/live', { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('OPTIONS tells the methods of a path', async () => {
    const response = await get('/posted', { method: 'OPTIONS' });
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
    expect((await get('/nothing', { method: 'OPTIONS' })).status).toBe(404);
  });
});

describe('a path that cannot be decoded', () => {
  it.each(['/throw/%FF', '/throw/%', '/throw/%E0%A4%A'])('%s is 400', async (path) => {
    const [status, body] = await rawGet(path);
    expect([status, JSON.parse(body)]).toEqual([
      400,
      { statusCode: 400, code: 'invalid_parameter', message: 'The path is not valid percent-encoded UTF-8' },
    ]);
  });
});

it('throws again what a message handler threw, as the filter is global', () => {
  const filter = new ErrorFilter(app.app.get(HttpEvents));
  const error = new Error('transient');
  const host = new ExecutionContextHost([]);
  host.setType('rmq');
  expect(() => filter.catch(error, host)).toThrow(error);
});

/** fetch would mend the path. */
function rawGet(path: string): Promise<[number | undefined, string]> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(app.url);
    httpRequest({ hostname, port, path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve([response.statusCode, body]));
    })
      .on('error', reject)
      .end();
  });
}
