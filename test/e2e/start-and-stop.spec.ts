import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type RoleProcess, startRole } from '../support/role-process';
import { storedBodies, storedCount } from '../support/stored-records';

const PROGRAM = join(__dirname, '../../dist/main.js');
/** A port that nobody listens on. */
const NOWHERE = '127.0.0.1:9';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runProgram(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROGRAM, ...args],
      { env: { PATH: process.env['PATH'], ...env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('the command line', () => {
  it('checks a sound configuration without any server', async () => {
    expect(await runProgram(['--check-config'])).toEqual({
      code: 0,
      stdout: 'The configuration is sound.\n',
      stderr: '',
    });
  });

  it('reports every problem at once and ends with 2', async () => {
    const { code, stderr } = await runProgram(['--check-config'], { ROLE: 'colector', PORT: 'x', API_TOKEN: 'secret' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/ROLE:.*"colector".*collector[^]*PORT:.*0 to 65535/);
  });

  it('reports with the others what only the clients of the servers find wrong', async () => {
    const env = {
      PORT: 'x',
      RABBITMQ_URL: 'amqp://me:secret/word@mq',
      MONGODB_URI: 'mongodb://db/logs?journal=0&speed=1',
    };
    const { code, stderr } = await runProgram(['--check-config'], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/PORT:[^]*RABBITMQ_URL: the value given must be a whole URL[^]*MONGODB_URI: option speed/);
    expect(stderr).not.toContain('secret');
  });

  it('prints the configuration without its secrets', async () => {
    const env = { API_TOKEN: 'very-secret', RABBITMQ_URL: 'amqp://me:very-secret@broker/logs', RETENTION_DAYS: '3' };
    const { code, stdout } = await runProgram(['--print-config'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^RETENTION_DAYS=3$/m);
    expect(stdout).toMatch(/^RABBITMQ_URL=amqp:\/\/.*@broker\/logs$/m);
    expect(stdout).not.toContain('very-secret');
  });

  it('refuses an argument that it does not know', async () => {
    expect(await runProgram(['--chek-config'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('starting and stopping', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let role: RoleProcess;

  beforeEach(async () => {
    [broker, database] = await Promise.all([TestBroker.create(), TestDatabase.create()]);
  });
  afterEach(async () => {
    if (role.running) await role.stop();
    await Promise.all([broker.close(), database.close()]);
  });

  const env = (): Record<string, string> => ({ RABBITMQ_URL: broker.url, MONGODB_URI: database.uri });

  it('is live but not ready while RabbitMQ is away, says so, and ends when it is told to', async () => {
    role = await startRole({
      role: 'source',
      env: { ...env(), RABBITMQ_URL: `amqp://${NOWHERE}` },
      until: 'listening',
    });
    expect((await fetch(`${role.url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${role.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/RabbitMQ|starting/);
    await eventually(() => role.logs.some(({ msg }) => msg?.includes('RabbitMQ cannot be reached')));
    await role.stop();
    expect(role.signal ?? role.exitCode).toBe(0);
  });

  it('is live but not ready while MongoDB is away, says so, and ends when it is told to', async () => {
    role = await startRole({
      role: 'search',
      env: { ...env(), MONGODB_URI: `mongodb://${NOWHERE}/x` },
      until: 'listening',
    });
    const ready = await fetch(`${role.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/MongoDB|starting/);
    await role.stop();
    expect(role.signal ?? role.exitCode).toBe(0);
  });

  it.each(['source', 'collector', 'monitoring', 'search', 'retention', 'all'])(
    '%s starts, and SIGTERM ends it in order',
    async (name) => {
      role = await startRole({ role: name, env: env() });
      expect((await fetch(`${role.url}/metrics`)).status).toBe(200);
      expect(await role.stop()).toBe(0);
      expect(role.logs.at(-1)?.msg).toBe('stopped');
      expect(role.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    },
  );

  it('answers, confirms and stores what it is in the middle of when it is told to end, all of it once', async () => {
    role = await startRole({ role: 'source,collector', env: env() });
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}`).join('\n');
    const answered = fetch(`${role.url}/ingest`, { method: 'POST', body: lines });
    await eventually(
      async () => /^logwarren_packs_confirmed_total [1-9]/m.test(await (await fetch(`${role.url}/metrics`)).text()),
      { intervalMs: 2 },
    );
    const [answer, code] = await Promise.all([answered, role.stop()]);
    expect([answer.status, await answer.json(), code]).toEqual([200, expect.objectContaining({ accepted: 20_000 }), 0]);
    // What the broker had not delivered by then is for the next process.
    role = await startRole({ role: 'collector', env: env() });
    await eventually(async () => (await storedCount(database.db)) >= 20_000, { timeoutMs: 20_000 });
    expect(new Set((await storedBodies(database.db)).values())).toEqual(new Set([1]));
    expect(await broker.depth('LogQueue')).toBe(0);
  });
});
