import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderInUse } from './folder-lock';
import { type EmbeddedOptions, type EmbeddedServers, startEmbedded } from './start-embedded';

let folder: string;
const running: EmbeddedServers[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logwarren-start-'));
});
afterEach(async () => {
  for (const servers of running.splice(0)) await servers.close();
  await rm(folder, { recursive: true });
});

const rabbitmq = { port: 0, notify: () => undefined };
const mongodb = {
  port: 0,
  database: 'logs',
  maxBytes: 1_000_000,
  evict: { collection: 'chunks', by: 'to' },
  notify: () => undefined,
};

async function start(options: Partial<EmbeddedOptions>): Promise<EmbeddedServers> {
  const servers = await startEmbedded({ folder, rabbitmq: null, mongodb: null, ...options });
  running.push(servers);
  return servers;
}

async function takenPort(): Promise<{ port: number; free: () => Promise<unknown> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, free: () => new Promise((resolve) => server.close(resolve)) };
}

describe('startEmbedded', () => {
  it.each<[string, Partial<EmbeddedOptions>, string[]]>([
    ['both', { rabbitmq, mongodb }, ['rabbitmq', 'mongodb']],
    ['the broker alone', { rabbitmq }, ['rabbitmq']],
    ['the store alone', { mongodb }, ['mongodb']],
  ])('starts %s, and says where', async (_caption, options, expected) => {
    const { urls } = await start(options);
    expect(Object.keys(urls).sort()).toEqual(expected.sort());
    if (urls.rabbitmq !== undefined) expect(urls.rabbitmq).toMatch(/^amqp:\/\/guest:guest@127\.0\.0\.1:\d+$/);
    if (urls.mongodb !== undefined)
      expect(urls.mongodb).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/logs\?replicaSet=rs0$/);
  });

  it('saves when it is closed, once, and lets the folder go', async () => {
    const servers = await start({ rabbitmq, mongodb });
    expect(await readdir(folder)).toEqual(['embedded.lock']);
    await Promise.all([servers.close(), servers.close()]);
    expect((await readdir(folder)).sort()).toEqual(['embedded-broker.saved', 'embedded-store.saved']);
    await start({ rabbitmq, mongodb });
  });

  it('refuses a folder that is held', async () => {
    await start({ mongodb });
    await expect(start({ rabbitmq })).rejects.toThrow(FolderInUse);
  });

  it.each(['rabbitmq', 'mongodb'] as const)(
    'names the variable of a port of %s that is taken, and ends all',
    async (server) => {
      const { port, free } = await takenPort();
      const options = { rabbitmq: { ...rabbitmq }, mongodb: { ...mongodb } };
      options[server].port = port;
      const variable = `EMBEDDED_${server.toUpperCase()}_PORT`;
      await expect(start(options)).rejects.toThrow(`${variable}: ${port} is taken on 127.0.0.1; set it to another`);
      await free();
      await start(options);
    },
  );
});
