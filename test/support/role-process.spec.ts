import { eventually } from './eventually';
import { startRole } from './role-process';

const program = 'test/support/fixtures/role.js';

describe('startRole', () => {
  it('waits until the program is ready, and ends it with a signal', async () => {
    const role = await startRole({ program, role: 'search', env: { LOG_LEVEL: 'debug' } });
    expect((await fetch(`${role.url}/health/ready`)).status).toBe(200);
    expect(role.logs[0]).toEqual({ msg: 'a line that is not JSON' });
    expect(await role.rssBytes()).toBeGreaterThan(10e6);
    await expect(role.stop()).resolves.toBe(0);
    expect(role.running).toBe(false);
    expect(role.logs.at(-1)).toEqual({ msg: 'stopped' });
    await expect(fetch(role.url)).rejects.toThrow();
  });

  it('hands over only the environment it is given', async () => {
    process.env.MONGODB_URI_OF_THE_CALLER = 'x';
    const role = await startRole({ program, role: 'collector', env: { LOG_LEVEL: 'debug' } });
    await role.stop();
    const { env } = role.logs.find(({ msg }) => msg === 'listening') ?? {};
    expect(env).toMatchObject({ ROLE: 'collector', PORT: '0', LOG_LEVEL: 'debug' });
    expect(env).not.toHaveProperty('MONGODB_URI_OF_THE_CALLER');
  });

  it('can wait for the address alone', async () => {
    const role = await startRole({ program, role: 'search', env: { NEVER_READY: '1' }, until: 'listening' });
    expect((await fetch(`${role.url}/health/ready`)).status).toBe(503);
    await role.kill();
    expect([role.exitCode, role.signal]).toEqual([null, 'SIGKILL']);
  });

  it.each([
    ['ends at once', { FAIL: 'no broker' }, /ended with 78[^]*cannot start: no broker/],
    ['does not become ready', { NEVER_READY: '1' }, /role source ready did not come true[^]*"msg":"listening"/],
  ])('fails with the log of a program that %s', async (_caption, env, message) => {
    const starting = startRole({ program, role: 'source', env, timeoutMs: 1500 });
    await expect(starting).rejects.toThrow(message);
  });

  it('kills a program that does not stop, and says so', async () => {
    const role = await startRole({ program, role: 'source', env: { STUBBORN: '1' } });
    await expect(role.stop('SIGTERM', 200)).rejects.toThrow('role source ignored SIGTERM for 200 ms');
    await eventually(() => !role.running);
  });

  it('says that the program must be built', async () => {
    await expect(startRole({ role: 'all', program: 'dist/nothing.js' })).rejects.toThrow('run npm run build');
  });
});
