import fc from 'fast-check';
import { NO_ATTRIBUTES } from './log-record';
import { packLine } from './pack';
import { lastLines, packTimes } from './pack-times';

const line = (timestamp: number, body = 'x'): string => packLine({ timestamp, body, attributes: NO_ATTRIBUTES });
const T = 1_795_428_000_123_456;

describe('packTimes', () => {
  it.each([
    ['one line', line(T), [T]],
    ['a last line without newline', line(T).trimEnd(), [T]],
    ['times in any order', line(T) + line(5) + line(T), [T, 5, T]],
    ['newlines and look-alikes within bodies', line(T, 'a\n{"t":1,') + line(1), [T, 1]],
  ])('reads %s', (_caption, text, times) => {
    expect(packTimes(Buffer.from(text))).toEqual(times);
  });

  it.each([
    ['nothing', ''],
    ['a blank line', `${line(1)}\n${line(2)}`],
    ['no time', '{"b":"x"}\n'],
    ['a time that is no number', '{"t":"1","b":"x"}\n'],
    ['a time of too many digits', '{"t":123456789012345678,"b":"x"}\n'],
    ['a negative time', '{"t":-1,"b":"x"}\n'],
    ['a fraction', '{"t":1.5,"b":"x"}\n'],
    ['white space', ' {"t":1,"b":"x"}\n'],
    ['other text', 'panic'],
    ['a line that is cut in its time', `${line(1)}{"t":1`],
    ['a line that is cut before its time', `${line(1)}{"t`],
  ])('leaves %s to who reads packs', (_caption, text) => {
    expect(packTimes(Buffer.from(text))).toBeNull();
  });

  it('finds the time of every record that a source packs', () => {
    const records = fc.array(fc.record({ timestamp: fc.nat({ max: T }), body: fc.string({ unit: 'binary' }) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(records, (given) => {
        const body = Buffer.from(given.map(({ timestamp, body: text }) => line(timestamp, text)).join(''));
        expect(packTimes(body)).toEqual(given.map(({ timestamp }) => timestamp));
      }),
    );
  });
});

describe('lastLines', () => {
  it.each([
    ['fewer than asked for', 'a\nb\n', 3, ['a', 'b']],
    ['the last', 'a\nb\nc\n', 2, ['b', 'c']],
    ['an unfinished last one', 'a\nb', 1, ['b']],
    ['of nothing', '', 2, []],
    ['one', 'a', 1, ['a']],
  ])('gives %s', (_caption, text, most, expected) => {
    expect(lastLines(Buffer.from(text), most).map(String)).toEqual(expected);
  });
});
