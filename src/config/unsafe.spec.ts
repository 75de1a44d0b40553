import { loadConfig } from './config';
import { unsafeSettings } from './unsafe';

/** Nothing to complain of. */
const SAFE = {
  API_TOKEN: 'a-token-of-32-characters-is-fine',
  RABBITMQ_URL: 'amqp://shop:kJ8dk2@rabbitmq',
  MONGODB_URI: 'mongodb://shop:kJ8dk2@mongodb/logs',
};
const unsafe = (env: Record<string, string>) =>
  unsafeSettings(loadConfig({ ...SAFE, ...env })).map(({ variable, why }) => `${variable}: ${why}`);

describe('unsafeSettings', () => {
  it.each([
    ['a token, and a user and password for both servers', { HOST: '0.0.0.0' }],
    ['no token on loopback', { API_TOKEN: '', HOST: '127.0.0.1' }],
    ['no token on loopback by name', { API_TOKEN: '', HOST: 'localhost' }],
    ['no token on loopback in IPv6', { API_TOKEN: '', HOST: '::1' }],
    ['no token where there is neither search nor source', { API_TOKEN: '', HOST: '0.0.0.0', ROLE: 'collector' }],
    ['no MongoDB user on loopback', { MONGODB_URI: 'mongodb://127.0.0.1:27017,localhost/x' }],
    ['no MongoDB user where MongoDB is not used', { MONGODB_URI: 'mongodb://db/x', ROLE: 'source' }],
    ['a poor password where RabbitMQ is not used', { RABBITMQ_URL: 'amqp://rabbitmq', ROLE: 'search,retention' }],
    ['embedded servers, which listen on loopback', { RABBITMQ_URL: '', MONGODB_URI: '' }],
    ['origins by name', { CORS_ORIGINS: 'https://shop.example' }],
    ['a password that is no percent-encoding', { RABBITMQ_URL: 'amqp://shop:%zz@rabbitmq' }],
  ])('finds nothing wrong with %s', (_caption, env) => expect(unsafe(env)).toEqual([]));

  it.each([
    [
      { API_TOKEN: '', HOST: '0.0.0.0' },
      /^API_TOKEN: not set while HOST is 0\.0\.0\.0: .* send logs and read all logs$/,
    ],
    [{ API_TOKEN: '', HOST: '::', ROLE: 'search' }, /^API_TOKEN: .* can read all logs$/],
    [{ API_TOKEN: '', HOST: '10.0.0.1', ROLE: 'source' }, /^API_TOKEN: .* can send logs$/],
    [{ API_TOKEN: 'short' }, /^API_TOKEN: has fewer than 16 characters/],
    [{ CORS_ORIGINS: 'https://a.example,*' }, /^CORS_ORIGINS: \*: .* requests that carry the token;/],
    [{ CORS_ORIGINS: '*', API_TOKEN: '' }, /^CORS_ORIGINS: \*: .* read the answers;/],
    [
      { RABBITMQ_URL: 'amqp://127.0.0.1:5672' },
      /^RABBITMQ_URL: the password of the user guest is its name: whoever is on this machine /,
    ],
    [{ RABBITMQ_URL: 'amqp://rabbitmq/logs' }, /^RABBITMQ_URL: the password of the user guest .* reaches rabbitmq can/],
    [{ RABBITMQ_URL: 'amqp://a%20b:a%20b@mq' }, /^RABBITMQ_URL: the password of the user a b is its name/],
    [{ MONGODB_URI: 'mongodb://127.0.0.1,db1:27018/x' }, /^MONGODB_URI: names no user: whoever reaches db1:27018 can/],
    [{ MONGODB_URI: 'mongodb+srv://db.example' }, /^MONGODB_URI: names no user: whoever reaches db\.example can/],
  ])('%j', (env, found) => {
    const problems = unsafe(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(found);
  });

  it('shows no secret', () => {
    const problems = unsafe({ API_TOKEN: 'hush-hush', RABBITMQ_URL: 'amqp://me:me@mq', CORS_ORIGINS: '*' });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('hush');
  });
});
