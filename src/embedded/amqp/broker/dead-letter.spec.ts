import { field, integerOf, tablesIn, textOf, type FieldTable } from '../wire/field-table';
import { Properties } from '../wire/properties';
import { deadLetterOf, goesRound, type Death } from './dead-letter';
import { Message } from './message';

const NONE = Properties.read(Buffer.from([0, 0]));
const messageWith = (properties: Properties): Message =>
  new Message('logs', 'api.info', properties.write(), Buffer.from('body'), true);
const death = (queue: string, reason: Death['reason']): Death => ({ queue, reason, at: 1_700_000_000_999 });
const headersOf = (message: Message): FieldTable => Properties.read(message.properties).headers();

/** x-death as plain values. */
const deaths = (message: Message) =>
  tablesIn(headersOf(message).get('x-death')).map((entry) => [
    textOf(entry.get('queue')),
    textOf(entry.get('reason')),
    integerOf(entry.get('count')),
  ]);

/** Dies in one queue after another. */
function letterAfter(...journey: [string, Death['reason']][]): Message {
  return journey.reduce(
    (message, [queue, reason]) => deadLetterOf(message, death(queue, reason), 'dlx', 'key'),
    messageWith(NONE),
  );
}

describe('deadLetterOf', () => {
  it('tells where, why, when and how the message came there', () => {
    const letter = deadLetterOf(messageWith(NONE), death('q', 'rejected'), 'dlx', 'dead');
    const [entry] = tablesIn(headersOf(letter).get('x-death'));
    expect(entry && [...entry]).toEqual([
      ['count', field.int64(1)],
      ['reason', field.text('rejected')],
      ['queue', field.text('q')],
      ['time', field.timestamp(1_700_000_000)],
      ['exchange', field.text('logs')],
      ['routing-keys', field.array([field.text('api.info')])],
    ]);
    expect(letter).toMatchObject({ exchange: 'dlx', routingKey: 'dead', persistent: true });
  });

  it('counts the same death again, and has the latest in front', () => {
    const letter = letterAfter(['a', 'rejected'], ['b', 'expired'], ['a', 'rejected'], ['a', 'maxlen']);
    expect(deaths(letter)).toEqual([
      ['a', 'maxlen', 1],
      ['a', 'rejected', 2],
      ['b', 'expired', 1],
    ]);
    expect(textOf(headersOf(letter).get('x-first-death-queue'))).toBe('a');
    expect(textOf(headersOf(letter).get('x-first-death-reason'))).toBe('rejected');
  });

  it('takes its time to live away and remembers it', () => {
    const letter = deadLetterOf(messageWith(NONE.withText('expiration', '60')), death('q', 'expired'), 'dlx', 'key');
    expect(Properties.read(letter.properties).text('expiration')).toBeUndefined();
    const [entry] = tablesIn(headersOf(letter).get('x-death'));
    expect(textOf(entry?.get('original-expiration'))).toBe('60');
  });

  it('keeps the other headers with their types', () => {
    const int16 = Buffer.from('730005', 'hex');
    const letter = deadLetterOf(
      messageWith(NONE.withHeaders(new Map([['n', int16]]))),
      death('q', 'maxlen'),
      'dlx',
      'key',
    );
    expect(headersOf(letter).get('n')).toEqual(int16);
  });

  it.each([field.text('mine'), field.array([Buffer.from('56', 'hex')]), Buffer.from('4100000001ff', 'hex')])(
    'begins anew where a client wrote something else under x-death',
    (value) => {
      const message = messageWith(NONE.withHeaders(new Map([['x-death', value]])));
      expect(deaths(deadLetterOf(message, death('q', 'rejected'), 'dlx', 'key'))).toEqual([['q', 'rejected', 1]]);
    },
  );
});

describe('goesRound', () => {
  it.each<[string, [string, Death['reason']][], boolean]>([
    ['back where it died by itself', [['a', 'expired']], true],
    [
      'back after another queue, all by itself',
      [
        ['a', 'expired'],
        ['b', 'maxlen'],
      ],
      true,
    ],
    ['back where it was rejected', [['a', 'rejected']], false],
    [
      'back after a rejection elsewhere',
      [
        ['a', 'expired'],
        ['b', 'rejected'],
      ],
      false,
    ],
    ['where it has not been', [['b', 'expired']], false],
  ])('%s', (_, journey, expected) => {
    expect(goesRound(letterAfter(...journey), 'a')).toBe(expected);
  });
});
