import fc from 'fast-check';
import { anyAttributes, anyText } from '../../test/support/arbitrary-logs';
import { NO_ATTRIBUTES } from './log-record';
import { decodePack, linesOfPack, packLine } from './pack';

const decode = (...lines: (string | Buffer)[]) =>
  decodePack(Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])));
const good = '{"t":1,"b":"x"}';

describe('packLine and decodePack', () => {
  it('carry every record unchanged', () => {
    const packed = fc.record({ timestamp: fc.maxSafeInteger(), body: anyText, attributes: anyAttributes });
    fc.assert(
      fc.property(fc.array(packed, { minLength: 1, maxLength: 20 }), (records) => {
        const pack = decodePack(Buffer.from(records.map(packLine).join('')));
        expect(pack.bad).toEqual([]);
        expect(pack.indexes).toEqual(records.map((_, i) => i));
        expect(
          pack.records.map(({ attributes, ...rest }) => ({ ...rest, attributes: Object.entries(attributes) })),
        ).toEqual(records.map(({ attributes, ...rest }) => ({ ...rest, attributes: Object.entries(attributes) })));
      }),
    );
  });

  it('write one line a record, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, anyAttributes, (body, attributes) => {
        const line = packLine({ timestamp: 1, body, attributes });
        expect(line.indexOf('\n')).toBe(line.length - 1);
      }),
    );
  });

  it('leave out what is not there', () => {
    expect(packLine({ timestamp: 1, body: 'x', attributes: NO_ATTRIBUTES })).toBe(`${good}\n`);
  });
});

describe('decodePack', () => {
  it('shares the attributes of records that have none', () => {
    expect(decode(good).records).toEqual([{ timestamp: 1, body: 'x', attributes: NO_ATTRIBUTES }]);
    expect(decode(good).records[0]?.attributes).toBe(NO_ATTRIBUTES);
  });

  it.each([
    ['no JSON', '{"t":1,"b":'],
    ['no object', '[1]'],
    ['a number', '7'],
    ['no body', '{"t":1}'],
    ['a body that is no text', '{"t":1,"b":2}'],
    ['attributes that are no object', '{"t":1,"b":"x","a":[]}'],
    ['attributes that are null', '{"t":1,"b":"x","a":null}'],
    ['an attribute that is an object', '{"t":1,"b":"x","a":{"y":{}}}'],
    ['an attribute that is null', '{"t":1,"b":"x","a":{"y":null}}'],
    ['a time that is an object', `{"t":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":"x"}`],
  ])('reports a line with %s, and reads the others', (_what, line) => {
    const pack = decode(good, line, good);
    expect(pack.indexes).toEqual([0, 2]);
    expect(pack.bad).toEqual([
      { index: 1, message: expect.stringMatching(/^(line|field|attribute) /), bytes: Buffer.from(line) },
    ]);
  });

  it('reports both halves of a line that is broken in the middle of a text, which would otherwise change', () => {
    const pack = decode(good, '{"t":1,"b":"one', 'two"}', good);
    expect(pack.records.map(({ body }) => body)).toEqual(['x', 'x']);
    expect(pack.bad.map(({ bytes }) => String(bytes))).toEqual(['{"t":1,"b":"one', 'two"}']);
  });

  it('tells whoever labelled JSON of his own so what to send instead', () => {
    expect(decode('{"msg":"a"}').bad[0]?.message).toMatch(
      /"b" .* application\/x-ndjson is for packs .* application\/json$/,
    );
  });

  it('takes blank lines for none', () => {
    const pack = decode('', good, ' \r', good, '');
    expect(pack).toMatchObject({ indexes: [1, 3], bad: [], lines: 5 });
  });

  it.each([
    ['nothing', ''],
    ['a newline', '\n'],
    ['newlines', '\n\n\n'],
  ])('finds nothing in %s', (_what, text) =>
    expect(decodePack(Buffer.from(text))).toMatchObject({ records: [], bad: [] }),
  );

  it.each([`${good}\n${good}`, `${good}\r\n${good}\r\n`, `\ufeff${good}\n${good}\n`])(
    'reads two lines in %j',
    (text) => {
      expect(decodePack(Buffer.from(text))).toMatchObject({
        records: [{ body: 'x' }, { body: 'x' }],
        bad: [],
        lines: 2,
      });
    },
  );

  it.each([
    ['null', undefined],
    ['"yesterday"', 'yesterday'],
    ['1.5', '1.5'],
    ['9007199254740993', '9007199254740992'],
    ['true', 'true'],
  ])('has no time for t = %s, and keeps what it can of it', (t, kept) => {
    const [record] = decode(`{"t":${t},"b":"x"}`).records;
    expect(record?.timestamp).toBeNull();
    expect(record?.attributes['original_timestamp']).toBe(kept);
  });

  it.each(['\xa0', '\u2028', '\0', '\v'])('does not take %j for a blank line', (text) => {
    expect(decode(good, text).bad).toMatchObject([{ index: 1, bytes: Buffer.from(text) }]);
    expect(decode(good, Buffer.from([0xa0])).bad).toHaveLength(1);
  });

  it('keeps infinity as text', () => {
    expect(decode('{"b":"x","a":{"y":1e999,"z":-1e999}}').records[0]?.attributes).toMatchObject({
      y: 'Infinity',
      z: '-Infinity',
    });
  });

  it('reads a line that is no UTF-8 as Latin-1, and says so', () => {
    const { records, bad } = decode(good, Buffer.from('{"t":1,"b":"caf\xe9"}', 'latin1'));
    expect(bad).toEqual([]);
    expect(records.map(({ body, attributes }) => [body, { ...attributes }])).toEqual([
      ['x', {}],
      ['café', { encoding: 'latin1' }],
    ]);
  });

  it('reads no more lines than it is told, and says that there were more', () => {
    const pack = decodePack(Buffer.from('7\n'.repeat(100_000)), 10);
    expect(pack.lines).toBe(11);
  });

  it('never throws, and accounts for every line', () => {
    const line = fc.oneof(
      fc.constantFrom(good, '', 'x', '{"b":1}', '{"t":1,"b":"y","a":{"z":1}}'),
      fc.uint8Array({ maxLength: 9 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const body = Buffer.concat(lines.flatMap((bytes) => [Buffer.from(bytes as Uint8Array), Buffer.from('\n')]));
        const pack = decodePack(body);
        const split = body.toString('latin1').split('\n').slice(0, -1);
        const accounted = new Set([...pack.indexes, ...pack.bad.map(({ index }) => index)]);
        const isBlank = (text: string): boolean => /^(?:\xef\xbb\xbf)?[ \t\r]*$/.test(text);
        split.forEach((text, i) => expect(accounted.has(i)).toBe(!isBlank(text)));
        if (accounted.size > 0) expect(pack.lines).toBe(split.length);
      }),
    );
  });
});

describe('linesOfPack', () => {
  it('gives the bytes of each line', () => {
    const body = Buffer.from(`${good}\n\nx\n${good}`);
    expect(linesOfPack(body, decodePack(body)).map(String)).toEqual([good, '', 'x', good]);
  });

  it('gives none where a line holds two records', () => {
    const body = Buffer.from(`${good},${good}\n${good}\n`);
    const pack = decodePack(body);
    expect(pack.records).toHaveLength(3);
    expect(linesOfPack(body, pack)).toEqual([]);
  });
});
