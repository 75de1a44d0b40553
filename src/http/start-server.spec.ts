import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Controller, Get, Inject } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type LogLine, memoryTelemetry, startHttpApp } from '../../test/support/http-app';
import { loadConfig } from '../config/config';
import { ConfigModule } from '../config/config.module';
import { TelemetryModule } from '../telemetry/telemetry.module';
import { configureApp } from './configure-app';
import { HttpModule } from './http.module';
import { openServer, type OpenServer } from './start-server';

/** Lets a test end a request when it wants to. */
class Gate {
  private open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
  private enter: () => void = () => undefined;
  readonly entered = new Promise<void>((resolve) => (this.enter = resolve));

  async pass(): Promise<void> {
    this.enter();
    await this.opened;
  }

  release(): void {
    this.open();
  }
}

@Controller('slow')
class Slow {
  constructor(@Inject(Gate) private readonly gate: Gate) {}

  @Get()
  async slow(): Promise<object> {
    await this.gate.pass();
    return { done: true };
  }
}

const config = (env: Record<string, string> = {}) => loadConfig({ PORT: '0', ...env });

/** Longer than a test may take: whoever waits for it fails. */
const FAR_OFF = 600_000;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(env: Record<string, string> = {}, logged: LogLine[] = []): Promise<OpenServer> {
  const server = await openServer(config(env), memoryTelemetry(logged));
  closing.push(() => server.close(0));
  return server;
}

describe('a server whose application is not up', () => {
  it('listens, and says where in the log line that tools read', async () => {
    const logged: LogLine[] = [];
    const { url } = await open({}, logged);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(logged).toEqual([expect.objectContaining({ level: 'info', msg: 'listening', url })]);
  });

  it.each(['/health/live', '/health/live/', '/health/live?x=1'])('is live: %s', async (path) => {
    const { url } = await open();
    const response = await fetch(url + path);
    expect([response.status, await response.json()]).toEqual([200, { status: 'live' }]);
  });

  it('is not ready, and names what it waits for', async () => {
    const telemetry = memoryTelemetry();
    const server = await openServer(config(), telemetry);
    closing.push(() => server.close(0));
    const ready = async (): Promise<unknown> => (await fetch(`${server.url}/health/ready`)).json();
    expect(await ready()).toMatchObject({ statusCode: 503, message: 'starting: waiting for the application' });
    telemetry.readiness.add('broker', () => 'RabbitMQ at 127.0.0.1:5672 cannot be reached');
    telemetry.readiness.add('store', () => null);
    expect(await ready()).toEqual({
      statusCode: 503,
      code: 'not_ready',
      message: 'starting: waiting for broker (RabbitMQ at 127.0.0.1:5672 cannot be reached)',
      details: [{ part: 'broker', missing: 'RabbitMQ at 127.0.0.1:5672 cannot be reached' }],
    });
  });

  it.each([
    ['GET', '/api/v1/logs'],
    ['POST', '/ingest'],
    ['GET', '/metrics'],
  ])('answers %s %s with 503 and when to try again', async (method, path) => {
    const { url } = await open({ API_TOKEN: 'x' });
    const response = await fetch(url + path, { method });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ statusCode: 503, code: 'not_ready' });
  });

  it('answers HEAD with the head alone', async () => {
    const { url } = await open();
    const response = await fetch(`${url}/health/live`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('what is no proper request', () => {
  it.each([
    ['not HTTP', 'hello\r\n\r\n', 400, 'invalid_parameter'],
    ['a head of 20 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 413, 'too_large'],
  ])('%s is answered in our form, and counted', async (_caption, sent, status, code) => {
    const logged: LogLine[] = [];
    const { url } = await open({}, logged);
    const answer = await exchange(url, sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ statusCode: status, code });
    expect(logged.filter(({ msg }) => msg === 'a request was no proper HTTP')).toHaveLength(1);
  });
});

describe('where it cannot listen', () => {
  it('names PORT when it is taken', async () => {
    const { port } = new URL((await open()).url);
    const problem = `PORT: ${port} is taken on 127.0.0.1; stop what listens there, or set PORT to another (0 for any free one)`;
    await expect(open({ PORT: port })).rejects.toThrow(problem);
  });

  it('names HOST when it is no address of this machine', async () => {
    await expect(open({ HOST: '192.0.2.1' })).rejects.toThrow('HOST: 192.0.2.1 is no address of this machine');
  });

  it('gives the loopback address where it listens on all', async () => {
    const { url } = await open({ HOST: '0.0.0.0' });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
  });
});

describe('handing over', () => {
  it('keeps the port and the connections', async () => {
    const telemetry = memoryTelemetry();
    const server = await openServer(config(), telemetry);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await getOver(agent, `${server.url}/metrics`);
    const module = {
      module: class Root {},
      imports: [ConfigModule.of(config()), TelemetryModule.of(telemetry), HttpModule],
    };
    const app = await NestFactory.create<NestExpressApplication>(module, { bodyParser: false, logger: false });
    configureApp(app, config());
    await app.init();
    server.handOver(app);
    const after = await getOver(agent, `${server.url}/metrics`);
    closing.push(
      () => app.close(),
      () => server.close(0),
    );
    expect([before.statusCode, after.statusCode]).toEqual([503, 200]);
    expect(after.socket).toBe(before.socket);
    agent.destroy();
  });
});

describe('closing', () => {
  const slowApp = async () => {
    const gate = new Gate();
    const gates = {
      module: class Gates {},
      providers: [{ provide: Gate, useValue: gate }],
      exports: [Gate],
      global: true,
    };
    const app = await startHttpApp([Slow], {}, [gates]);
    closing.push(() => app.close());
    const told = (message: string) => app.logged.filter(({ msg }) => String(msg).includes(message));
    const metrics = () => app.telemetry.registry.metrics();
    return { gate, server: app.server, url: app.url, told, metrics, readiness: app.telemetry.readiness };
  };

  it('finishes the request in hand, then closes its connection though it is kept alive', async () => {
    const { gate, server, url, told, readiness } = await slowApp();
    const agent = new Agent({ keepAlive: true });
    const answer = getOver(agent, `${url}/slow`);
    await gate.entered;
    const closed = server.close(FAR_OFF);
    expect(await readiness.check()).toMatchObject({ ready: false, isStopping: true });
    gate.release();
    expect((await answer).statusCode).toBe(200);
    await closed;
    await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed');
    expect(told('drained')).toEqual([expect.objectContaining({ level: 'info', requests: 1 })]);
    expect(told('cut off')).toEqual([]);
    agent.destroy();
  });

  it('closes idle connections at once', async () => {
    const { server, url } = await slowApp();
    const agent = new Agent({ keepAlive: true });
    const { socket } = await getOver(agent, `${url}/health/live`);
    const ended = once(socket, 'close');
    await server.close(FAR_OFF);
    await ended;
    expect(socket.destroyed).toBe(true);
    agent.destroy();
  });

  it.each([
    ['', 'no request'],
    ['GET /health/live HTTP/1.1\r\nHost: a\r\n', 'half a request'],
  ])('does not wait for a connection that sent %j: %s', async (sent) => {
    const { server, url, told } = await slowApp();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(sent);
    await fetch(`${url}/health/live`); // the server has taken the connection before this one
    const ended = once(socket, 'close');
    await server.close(FAR_OFF);
    await ended;
    expect(told('cut off')).toEqual([]);
  });

  it('cuts off what takes longer than its grace', async () => {
    const { gate, server, url, told, metrics } = await slowApp();
    const answer = fetch(`${url}/slow`);
    answer.catch(() => undefined);
    await gate.entered;
    await server.close(20);
    await expect(answer).rejects.toThrow('fetch failed');
    gate.release();
    expect(told('cut off')).toEqual([expect.objectContaining({ level: 'warn', requests: 1 })]);
    expect(await metrics()).toMatch(/^logwarren_http_requests_cut_off_total 1$/m);
  });

  it('is done once, and whoever asks waits for that', async () => {
    const { gate, server, url } = await slowApp();
    const answer = fetch(`${url}/slow`);
    await gate.entered;
    const first = server.close(FAR_OFF);
    const second = server.close(0);
    gate.release();
    await Promise.all([first, second]);
    expect((await answer).status).toBe(200);
  });
});

/** Reads the whole answer, so that the connection is free again. */
function getOver(agent: Agent, url: string): Promise<{ statusCode: number | undefined; socket: Socket }> {
  return new Promise((resolve, reject) => {
    httpGet(url, { agent }, (response: IncomingMessage) => {
      const { statusCode, socket } = response;
      response.resume().on('end', () => setImmediate(() => resolve({ statusCode, socket })));
    }).on('error', reject);
  });
}

function exchange(url: string, sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(sent));
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}
