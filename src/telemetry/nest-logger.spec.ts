import { createLogger } from './logger';
import { NestPinoLogger } from './nest-logger';

function written(speak: (logger: NestPinoLogger) => void): Record<string, unknown> {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'trace', roles: ['search'] }, { write: (line) => void lines.push(line) });
  speak(new NestPinoLogger(logger));
  expect(lines).toHaveLength(1);
  const parsed: Record<string, unknown> = JSON.parse(lines.join(''));
  return parsed;
}

const STACK = 'Error: lost\n    at connect (/app/x.js:1:2)';

describe('NestPinoLogger', () => {
  it.each<[string, (logger: NestPinoLogger) => void, object]>([
    [
      'chatter',
      (l) => l.log('Mapped {/logs}', 'RouterExplorer'),
      { level: 'debug', msg: 'Mapped {/logs}', context: 'RouterExplorer' },
    ],
    ['debug', (l) => l.debug('x', 'A'), { level: 'debug', msg: 'x', context: 'A' }],
    ['verbose', (l) => l.verbose('x', 'A'), { level: 'trace', msg: 'x', context: 'A' }],
    ['a warning', (l) => l.warn('careful', 'A'), { level: 'warn', msg: 'careful', context: 'A' }],
    [
      'an error with stack and context',
      (l) => l.error('lost', STACK, 'A'),
      { level: 'error', msg: 'lost', stack: STACK, context: 'A' },
    ],
    ['an error with a stack alone', (l) => l.error('lost', STACK), { level: 'error', msg: 'lost', stack: STACK }],
    ['an error without a stack', (l) => l.error('lost', undefined, 'A'), { level: 'error', msg: 'lost', context: 'A' }],
    [
      'an Error as message',
      (l) => l.error(new Error('lost'), 'A'),
      { level: 'error', msg: 'lost', err: { message: 'lost' }, context: 'A' },
    ],
    [
      'an Error as parameter',
      (l) => l.error('while closing', new Error('lost')),
      { level: 'error', msg: 'while closing', err: { message: 'lost' } },
    ],
    ['a fatal one', (l) => l.fatal('over', 'A'), { level: 'fatal', msg: 'over', context: 'A' }],
    ['an object', (l) => l.warn({ queue: 'q' }, 'A'), { level: 'warn', msg: "{ queue: 'q' }", context: 'A' }],
    [
      'several messages',
      (l) => l.warn('one', { two: 2 }, 'A'),
      { level: 'warn', msg: 'one', more: [{ two: 2 }], context: 'A' },
    ],
  ])('%s', (_caption, speak, expected) => {
    expect(written(speak)).toMatchObject(expected);
  });
});
