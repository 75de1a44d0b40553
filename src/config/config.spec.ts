import { NO_RULES } from '../log/retention-rules';
import {
  ConfigError,
  loadConfig,
  mongodbUri,
  printConfig,
  publicUrl,
  rabbitmqUrl,
  withOwnUrl,
  withServers,
} from './config';
import { VARIABLES } from './environment';
import type { Variable } from './variables';

const ALL: readonly Variable<unknown>[] = Object.values(VARIABLES).flatMap((group) =>
  Object.values<Variable<unknown>>(group),
);

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('VARIABLES', () => {
  it('have a name each, and a text that says what they do', () => {
    expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
    for (const { name, help } of ALL)
      expect([name, help]).toEqual([expect.stringMatching(/^[A-Z_]+$/), expect.stringMatching(/\.$|\d$/)]);
  });
});

describe('loadConfig', () => {
  it('needs nothing', () => {
    const { process, http, rabbitmq, mongodb, embedded, retention } = loadConfig({});
    expect(process.roles).toHaveLength(5);
    expect(http).toMatchObject({ host: '127.0.0.1', port: 3000, apiToken: null, corsOrigins: [] });
    expect([rabbitmq.url, mongodb.uri]).toEqual([null, null]);
    expect(embedded).toEqual({ servers: ['rabbitmq', 'mongodb'], maxBytes: 2 ** 28, rabbitmqPort: 0, mongodbPort: 0 });
    expect(retention).toEqual({ days: 10, rules: NO_RULES, cron: '0 0 * * *' });
  });

  it('reads what it is given', () => {
    const config = loadConfig({
      ROLE: 'search,source',
      RABBITMQ_URL: 'amqp://broker',
      EMBEDDED: 'mongodb',
      PORT: '0',
      API_TOKEN: ' secret ',
      CORS_ORIGINS: 'https://a.example, https://b.example',
      INGEST_MAX_BODY_MB: '2',
      SOURCE_STDIN: 'yes',
      RETENTION_CRON: '*/10 * * * *',
    });
    expect(config.process.roles).toEqual(['source', 'search']);
    expect([config.rabbitmq.url, config.embedded.servers]).toEqual(['amqp://broker', ['mongodb']]);
    expect(config.http).toMatchObject({
      port: 0,
      apiToken: 'secret',
      corsOrigins: ['https://a.example', 'https://b.example'],
    });
    expect(config.source).toMatchObject({ maxBodyBytes: 2 * 1024 * 1024, stdin: true });
    expect(config.retention.cron).toBe('*/10 * * * *');
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(ALL.map(({ name }, i) => [name, i % 2 === 0 ? '' : ' \t']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
  });

  it('cannot be changed', () => {
    const config = loadConfig({ CORS_ORIGINS: 'https://a.example' });
    const lists = [config.http.corsOrigins, config.process.roles, config.embedded.servers];
    for (const part of [config, ...Object.values(config), ...lists]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('reports all problems at once, each with its variable, what was given and what is allowed', () => {
    const problems = problemsOf({
      ROLE: 'colector',
      PORT: '70000',
      LOG_LEVEL: 'loud',
      SOURCE_DEMO: 'maybe',
      RETENTION_RULES: 'debug:2,severity=info:0',
      RETENTION_CRON: 'daily',
    });
    expect(problems).toEqual([
      'ROLE: "colector" must be all, or one or more of source, collector, monitoring, search, retention, comma-separated',
      'LOG_LEVEL: "loud" must be one of trace, debug, info, warn, error, fatal, silent',
      'PORT: "70000" must be a whole number from 0 to 65535',
      'SOURCE_DEMO: "maybe" must be true or false',
      'RETENTION_RULES: "debug:2,severity=info:0" must be rules such as severity=debug:2,service=shop&severity=info:30; ' +
        '"debug:2" must name service=..., severity=..., or both joined by &; ' +
        '"severity=info:0" must end in a colon and days, a whole number from 1 to 36500',
      'RETENTION_CRON: "daily" must be a cron expression of five fields, or of six with seconds: "0 0 * * *"',
    ]);
  });

  it('reports servers that are missing with the rest', () => {
    const problems = problemsOf({ PORT: 'x', NODE_ENV: 'production', RABBITMQ_URL: 'http://x' });
    expect(problems).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^RABBITMQ_URL: the value given must be a URL/),
      expect.stringMatching(/^MONGODB_URI: not set, with NODE_ENV=production/),
    ]);
  });

  it('says the same in the text of its error', () => {
    expect(() => loadConfig({ PORT: 'x', SEARCH_CONCURRENCY: '0' })).toThrow(/^PORT: .*\nSEARCH_CONCURRENCY: .*$/);
  });

  it('does not repeat an API_TOKEN that no request could carry', () => {
    expect(problemsOf({ API_TOKEN: 'hunter2 hunter3' })).toEqual([
      expect.stringMatching(/^API_TOKEN: the value given must be [^2]*$/),
    ]);
  });

  it.each(['RABBITMQ_URL', 'MONGODB_URI'])('does not repeat a wrong %s, which holds a password', (name) => {
    const problems = problemsOf({ [name]: 'http://user:hunter2@host' });
    expect(problems).toEqual([expect.stringMatching(`^${name}: the value given must be a URL`)]);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('withServers', () => {
  it('adds the addresses of embedded servers, and leaves those that were given', () => {
    const config = withServers(loadConfig({ RABBITMQ_URL: 'amqp://broker' }), { mongodb: 'mongodb://here' });
    expect([rabbitmqUrl(config), mongodbUri(config)]).toEqual(['amqp://broker', 'mongodb://here']);
    expect([config, config.rabbitmq, config.mongodb].every(Object.isFrozen)).toBe(true);
  });

  it('is needed before their addresses can be asked for', () => {
    const config = loadConfig({});
    expect(() => rabbitmqUrl(config)).toThrow('RABBITMQ_URL: not set');
    expect(() => mongodbUri(config)).toThrow('MONGODB_URI: not set');
  });
});

describe('withOwnUrl', () => {
  it.each([
    ['the process itself, which has the search role', {}, 'http://127.0.0.1:4000'],
    ['a process with default settings, where this one has not', { ROLE: 'source,monitoring' }, 'http://127.0.0.1:3000'],
    ['what PUBLIC_URL names', { PUBLIC_URL: 'https://logs.example.com' }, 'https://logs.example.com'],
  ])('has people search at %s', (_, env, expected) => {
    const servers = { RABBITMQ_URL: 'amqp://broker', MONGODB_URI: 'mongodb://store' };
    expect(publicUrl(withOwnUrl(loadConfig({ ...servers, ...env }), 'http://127.0.0.1:4000'))).toBe(expected);
  });
});

describe('printConfig', () => {
  it('names every variable, in the order of the table', () => {
    const names = printConfig({})
      .split('\n')
      .map((line) => line.split('=', 1)[0]);
    expect(names).toEqual(ALL.map(({ name }) => name));
  });

  it('prints what was given and the defaults of the rest', () => {
    const lines = printConfig({ PORT: '8080', HOST: '' }).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['PORT=8080', 'HOST=127.0.0.1', 'API_TOKEN=']));
  });

  it.each([
    ['a password', { RABBITMQ_URL: 'amqp://user:hunter2@mq:5672/v' }, 'RABBITMQ_URL=amqp://***@mq:5672/v'],
    ['a password with a slash', { RABBITMQ_URL: 'amqp://user:/hunter2@mq' }, 'RABBITMQ_URL=amqp://***@mq'],
    ['a password with an @', { RABBITMQ_URL: 'amqp://user:a@hunter2@mq' }, 'RABBITMQ_URL=amqp://***@mq'],
    ['a password of several hosts', { MONGODB_URI: 'mongodb://u:hunter2@a,b/db' }, 'MONGODB_URI=mongodb://***@a,b/db'],
    [
      'a password among the options',
      { MONGODB_URI: 'mongodb://a/db?tls=true&tlsCertificateKeyFilePassword=hunter2&w=1' },
      'MONGODB_URI=mongodb://a/db?tls=true&tlsCertificateKeyFilePassword=***&w=1',
    ],
    ['a token', { API_TOKEN: 'hunter2' }, 'API_TOKEN=***'],
    ['a token that looks like a URL', { API_TOKEN: 'a://hunter2' }, 'API_TOKEN=***'],
  ])('hides %s', (_what, env, line) => {
    const printed = printConfig(env);
    expect(printed.split('\n')).toContain(line);
    expect(printed).not.toContain('hunter2');
  });
});
