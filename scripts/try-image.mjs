// Tries the image where there is no container engine: takes the Dockerfile's steps in a clean folder (scripts/dockerfile.mjs
// says how far that goes), then starts the result as each role with the image's own command, environment and user, against
// the real servers that scripts/services.sh started, in a vhost and a database of its own. Each role must become ready and
// healthy, do its work, and end in order on SIGTERM.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildImage, envOf, openToAll, pathIn } from './dockerfile.mjs';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const { RABBITMQ_PORT = '5672', RABBITMQ_MANAGEMENT_PORT = '15672', MONGODB_PORT = '27017' } = process.env;
const amqp = process.env.RABBITMQ_URL ?? `amqp://guest:guest@127.0.0.1:${RABBITMQ_PORT}`;
const management = process.env.RABBITMQ_MANAGEMENT_URL ?? `http://guest:guest@127.0.0.1:${RABBITMQ_MANAGEMENT_PORT}`;
const mongodb = new URL(process.env.MONGODB_URI ?? `mongodb://127.0.0.1:${MONGODB_PORT}/?replicaSet=rs0`);
const ours = `try_image_${process.pid}`; // vhost and database
const READY_MS = 30_000;
const STOP_MS = 20_000;
const LINE = 'the image works';
const HEADERS = { Authorization: `Bearer ${ours}` };

const say = (text) => console.log(`image: ${text}`);

function must(holds, problem) {
  if (!holds) throw new Error(problem);
}

async function until(holds, milliseconds, problem) {
  const giveUpAt = Date.now() + milliseconds;
  while (!(await holds().catch(() => false))) {
    must(Date.now() < giveUpAt, problem());
    await sleep(100);
  }
}

// --- what is in the image --------------------------------------------------------------------------------------------

function checkContent(image) {
  const { packages } = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8'));
  const devOnly = Object.keys(packages).filter((path) => packages[path].dev === true);
  const leftOver = devOnly.filter((path) => existsSync(pathIn(image, join('/app', path))));
  must(
    devOnly.length > 0 && leftOver.length === 0,
    `packages for development are in the image: ${leftOver.join(', ')}`,
  );
  const built = readdirSync(pathIn(image, '/app/dist'), { recursive: true });
  must(!built.some((path) => path.includes('.spec.')), 'specs are in the image');
  must(image.user !== null, 'the image runs as root');
  must(image.exposed === Number(image.env.PORT), 'EXPOSE and PORT differ');
  const [wanted, here] = [/\d+/.exec(image.base)[0], process.versions.node];
  if (!here.startsWith(`${wanted}.`)) say(`the image has Node ${wanted}; this was tried with Node ${here}`);
}

// --- a container, nearly ---------------------------------------------------------------------------------------------

class Container {
  constructor(image, env) {
    this.options = {
      cwd: pathIn(image, image.cwd),
      env: { PATH: process.env.PATH, ...envOf(image), ...env },
      ...(process.getuid() === 0 ? image.user : {}),
    };
    this.image = image;
    this.url = `http://127.0.0.1:${env.PORT}`;
    this.lines = [];
    this.child = this.spawn(image.command, ['ignore', 'pipe', 'pipe']);
    for (const stream of [this.child.stdout, this.child.stderr])
      createInterface(stream).on('line', (line) => this.lines.push(line));
    this.exited = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal)));
  }

  /** `node` is the Node that runs this, whatever PATH has. */
  spawn([program, ...words], stdio) {
    return spawn(program === 'node' ? process.execPath : program, words, { ...this.options, stdio });
  }

  isHealthy() {
    return new Promise((resolve) =>
      this.spawn(this.image.healthCheck, 'ignore').once('exit', (code) => resolve(code === 0)),
    );
  }

  async ready() {
    const isReady = async () => {
      must(this.child.exitCode === null, 'it ended');
      return (await fetch(`${this.url}/health/ready`)).ok;
    };
    await until(isReady, READY_MS, () => `not ready after ${READY_MS} ms`);
  }

  async stop() {
    this.child.kill('SIGTERM');
    const code = await Promise.race([this.exited, sleep(STOP_MS, 'SIGTERM ignored', { ref: false })]);
    must(code === 0, `SIGTERM: ${code}`);
    must(!(await this.isHealthy()), 'the health check passes although nothing runs');
  }
}

/** What a role must do besides starting; the record of the source reaches the collector, then the search. */
const WORK = {
  source: async ({ url }) => {
    const answer = await fetch(`${url}/ingest`, { method: 'POST', body: LINE, headers: HEADERS });
    must(answer.ok, `/ingest: ${answer.status} ${await answer.text()}`);
  },
  collector: async ({ url }) => {
    const metrics = async () => (await fetch(`${url}/metrics`, { headers: HEADERS })).text();
    const isStored = async () => /^logwarren_records_stored_total 1$/m.test(await metrics());
    await until(isStored, READY_MS, () => 'the record was not stored');
  },
  monitoring: async () => undefined,
  search: async ({ url }) => {
    const { records } = await (await fetch(`${url}/api/v1/logs`, { headers: HEADERS })).json();
    must(records?.length === 1 && records[0].body === LINE, 'the record was not found');
  },
  retention: async () => undefined,
};

async function tryRole(image, role, port) {
  const since = Date.now();
  const store = new URL(mongodb);
  store.pathname = `/${ours}`;
  const env = { ROLE: role, PORT: port, RABBITMQ_URL: `${amqp}/${ours}`, MONGODB_URI: store.href, API_TOKEN: ours };
  const container = new Container(image, env);
  try {
    await container.ready();
    must(await container.isHealthy(), 'the health check fails');
    await WORK[role](container);
    await container.stop();
    say(`${role}: ready, healthy, at work, ended by SIGTERM (${Date.now() - since} ms)`);
  } catch (error) {
    throw new Error(`${role}: ${error.message}\n${container.lines.slice(-20).join('\n')}`, { cause: error });
  } finally {
    container.child.kill('SIGKILL');
    await container.exited;
  }
}

// --- its surroundings ------------------------------------------------------------------------------------------------

/** PORT of the image; any other where something listens on it. */
async function freePort(wanted) {
  for (const port of [Number(wanted), 0]) {
    const server = createServer();
    const found = await new Promise((resolve) => {
      server.once('error', () => resolve(null)).listen(port, () => resolve(server.address().port));
    });
    await new Promise((resolve) => server.close(resolve));
    if (found === port) return wanted;
    if (found !== null) say(`port ${wanted} is taken: using ${found} instead`);
    if (found !== null) return String(found);
  }
  throw new Error('no free port');
}

async function manage(method, path, body) {
  const { origin, pathname, username, password } = new URL(management);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const url = `${origin}${pathname.replace(/\/$/, '')}/api${path}`;
  const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
  must(answer.ok, `RabbitMQ's management: ${method} ${path}: ${answer.status}`);
}

async function inSurroundings(image, use) {
  const user = new URL(amqp).username;
  await manage('PUT', `/vhosts/${ours}`, {});
  try {
    await manage('PUT', `/permissions/${ours}/${user}`, { configure: '.*', write: '.*', read: '.*' });
    await use();
  } finally {
    await manage('DELETE', `/vhosts/${ours}`);
    const { mongo } = createRequire(pathIn(image, '/app/dist/'))('mongoose'); // the image's own
    const client = await mongo.MongoClient.connect(mongodb.href);
    await client.db(ours).dropDatabase();
    await client.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'logwarren-image-'));
try {
  openToAll(folder);
  const text = readFileSync(join(checkout, 'Dockerfile'), 'utf8');
  const image = buildImage({ text, context: checkout, folder, say });
  checkContent(image);
  const port = await freePort(image.env.PORT);
  await inSurroundings(image, async () => {
    for (const role of Object.keys(WORK)) await tryRole(image, role, port);
  });
} catch (error) {
  console.error(`image: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
