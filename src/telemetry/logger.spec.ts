import { createLogger } from './logger';

/** A logger that writes into memory, and its lines as objects. */
function aLogger(logLevel = 'trace') {
  const lines: string[] = [];
  const logger = createLogger({ logLevel, roles: ['source', 'search'] }, { write: (line) => void lines.push(line) });
  return { logger, text: () => lines.join(''), lines: () => lines.map(parsed) };
}

function parsed(line: string): Record<string, unknown> {
  const fields: Record<string, unknown> = JSON.parse(line);
  return fields;
}

describe('createLogger', () => {
  it('writes one JSON object a line: ISO time, level as a word, who wrote it', () => {
    const { logger, lines, text } = aLogger();
    logger.warn({ queue: 'LogQueue' }, 'the queue is long');
    expect(text()).toMatch(/^\{.*\}\n$/);
    expect(lines()[0]).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'logwarren',
      roles: 'source,search',
      pid: process.pid,
      host: expect.any(String),
      queue: 'LogQueue',
      msg: 'the queue is long',
    });
  });

  it('keeps back what is less severe than LOG_LEVEL', () => {
    const { logger, lines } = aLogger('warn');
    logger.info('hidden');
    logger.error('shown');
    expect(lines().map(({ msg }) => msg)).toEqual(['shown']);
  });

  it('writes errors with stack and cause, whichever of the two usual names the field has', () => {
    const { logger, lines } = aLogger();
    const error = new TypeError('cannot store', { cause: new Error('connect ECONNREFUSED') });
    logger.error({ err: error }, 'failed');
    logger.error({ error }, 'failed');
    for (const [line, key] of lines().map((one, index) => [one, index === 0 ? 'err' : 'error'] as const)) {
      expect(line[key]).toMatchObject({
        type: 'TypeError',
        message: 'cannot store',
        stack: expect.stringContaining('logger.spec'),
        cause: { type: 'Error', message: 'connect ECONNREFUSED', stack: expect.any(String) },
      });
    }
  });

  it.each([
    ['a password in the message', (log: Log) => log.info('lost amqp://guest:hunter2@127.0.0.1:5672/logs')],
    ['a password with an @ of its own', (log: Log) => log.info('lost amqp://guest:x@hunter2@127.0.0.1:5672')],
    ['a password in a field', (log: Log) => log.info({ uri: 'mongodb://user:hunter2@db/logs' }, 'connecting')],
    [
      'a password in an error',
      (log: Log) => log.error({ err: new Error('bad mongodb+srv://u:hunter2@db/x') }, 'failed'),
    ],
    ['a password in a cause', (log: Log) => log.error(new Error('x', { cause: new Error('amqp://u:hunter2@h') }))],
    ['a token in a header', (log: Log) => log.info({ headers: { authorization: 'hunter2' } }, 'asked')],
    ['a token after Bearer', (log: Log) => log.info('sent Authorization: Bearer hunter2hunter2')],
    ['a field named for it', (log: Log) => log.info({ nested: { password: 'say "hunter2"' } }, 'read')],
  ])('hides %s and keeps the line valid', (_caption, write) => {
    const { logger, lines, text } = aLogger();
    write(logger);
    expect(text()).not.toContain('hunter2');
    expect(text()).toContain('***');
    expect(lines()).toHaveLength(1);
  });

  it('leaves addresses without a user alone', () => {
    const { logger, lines } = aLogger();
    logger.info({ url: 'http://127.0.0.1:3000' }, 'see http://example.org/docs and mail ops@example.org');
    expect(lines()[0]).toMatchObject({
      url: 'http://127.0.0.1:3000',
      msg: 'see http://example.org/docs and mail ops@example.org',
    });
  });
});

type Log = ReturnType<typeof createLogger>;
