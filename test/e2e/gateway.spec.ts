import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { NameServer } from '../support/name-server';

const CONFIG = readFileSync(join(__dirname, '../../gateway/haproxy.cfg'), 'utf8');
/** Debian keeps it where only root's PATH leads. */
const HAPROXY = ['haproxy', '/usr/sbin/haproxy'].find((path) => spawnSync(path, ['-v']).status === 0);

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Replaces what occurs so many times, so that a change of the file cannot pass by unnoticed. */
function replaced(text: string, times: number, from: string, to: string): string {
  expect([from, text.split(from).length - 1]).toEqual([from, times]);
  return text.replaceAll(from, to);
}

/** Stands for a container: its own address, the port of all. */
class Container {
  isReady = true;
  private readonly server: Server;

  constructor(readonly address: string) {
    this.server = createServer((request, response) => {
      response.statusCode = request.url === '/health/ready' && !this.isReady ? 503 : 200;
      response.end(address);
    });
  }

  async start(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, this.address, resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

// HAProxy is the image of the compose file, no dependency of the project; scripts/try-compose.sh installs it, so CI runs this.
(HAPROXY === undefined ? describe.skip : describe)('the gateway of docker-compose.yml', () => {
  const sources = ['127.1.0.1', '127.1.0.2'].map((address) => new Container(address));
  const searches = ['127.1.0.3', '127.1.0.4'].map((address) => new Container(address));
  let names: NameServer;
  let folder: string;
  let gateway: ChildProcess;
  let all: string;
  let onlySources: string;

  const addresses = (containers: readonly Container[]): string[] => containers.map(({ address }) => address);
  const ask = async (url: string): Promise<string> => (await fetch(url, { method: 'POST' })).text();

  /** Who answered, of many requests. */
  async function whoAnswers(url: string): Promise<string[]> {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(url)));
    return [...new Set(answers)].sort();
  }

  beforeAll(async () => {
    names = await NameServer.start();
    names.addresses.set('source', addresses(sources)).set('search', addresses(searches));
    const [port, allPort, sourcesPort] = [await freePort(), await freePort(), await freePort()];
    [all, onlySources] = [`http://127.0.0.1:${allPort}`, `http://127.0.0.1:${sourcesPort}`];
    await Promise.all([...sources, ...searches].map((container) => container.start(port)));
    let config = replaced(CONFIG, 1, '127.0.0.11:53', `127.0.0.1:${names.port}`);
    config = replaced(config, 1, 'bind :3000', `bind 127.0.0.1:${allPort}`);
    config = replaced(config, 1, 'bind :3001', `bind 127.0.0.1:${sourcesPort}`);
    config = replaced(config, 1, ' source:3000', ` source:${port}`);
    config = replaced(config, 1, ' search:3000', ` search:${port}`);
    folder = await mkdtemp(join(tmpdir(), 'logwarren-gateway-'));
    await writeFile(join(folder, 'haproxy.cfg'), config);
    gateway = spawn(HAPROXY ?? '', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => gateway.once('exit', resolve));
    gateway.kill('SIGTERM');
    await ended;
    await Promise.all([...sources, ...searches].map((container) => container.close()));
    await names.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['/ingest', () => [all, sources] as const],
    ['/ingest?service=shop', () => [all, sources] as const],
    ['/api/v1/logs?limit=1', () => [all, searches] as const],
    ['/docs', () => [all, searches] as const],
    ['/docs', () => [onlySources, sources] as const],
  ])('takes %s to every container of its role', async (path, which) => {
    const [url, containers] = which();
    await eventually(async () => expect(await whoAnswers(`${url}${path}`)).toEqual(addresses(containers)) ?? true);
  });

  it('asks no container that is not ready, and says so in our own form when none is', async () => {
    searches.forEach((search) => (search.isReady = false));
    const answer = await eventually(async () => {
      const tried = await fetch(`${all}/docs`);
      return tried.status === 503 && tried;
    });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(await answer.json()).toEqual({ statusCode: 503, code: 'not_ready', message: expect.any(String) });
    searches.forEach((search) => (search.isReady = true));
    await eventually(async () => (await whoAnswers(`${all}/docs`)).length === 2);
  });

  it('follows the number of containers down and up without a failed request', async () => {
    const failures: number[] = [];
    const isDone = new AbortController();
    const asking = (async (): Promise<void> => {
      while (!isDone.signal.aborted) {
        const { status } = await fetch(`${all}/ingest`, { method: 'POST' });
        if (status !== 200) failures.push(status);
      }
    })();
    names.addresses.set('source', ['127.1.0.2']);
    await eventually(async () => (await whoAnswers(`${all}/ingest`)).join() === '127.1.0.2');
    names.addresses.set('source', addresses(sources));
    await eventually(async () => (await whoAnswers(`${all}/ingest`)).length === 2);
    isDone.abort();
    await asking;
    expect(failures).toEqual([]);
  });
});
