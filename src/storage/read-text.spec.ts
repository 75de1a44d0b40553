import fc from 'fast-check';
import { EVERYTHING, type LogFilter, matchesAttributes } from '../log/log-query';
import { type Attributes, emptyAttributes, NO_ATTRIBUTES } from '../log/log-record';
import { matchesText, parseTextQuery } from '../log/text-query';
import { aRecord } from '../../test/support/storage';
import { newId } from './chunk-id';
import { encodeChunk } from './encode-chunk';
import { openBlock, type OpenBlock, recordsOf, TextColumn } from './open-block';
import { RecordMatcher } from './read-text';

/** Pieces that meet in the ways that go wrong: capitals, accents that join what is before them, JSON's escapes. */
const ASCII = ['a', 'B', 'ab', 'one', 'ONE', '_', ' ', ' ', '.', '"', '\\', '\n', '1', '=', ':', 'null'];
const LETTERS = [...ASCII, ' ', 'é', 'E\u0301', 'e\u0301', '\u0301', 'Σ', 'ς', '日', '\u0338', '<', '😀'];
const ANSI = [...LETTERS, '\u001b[1m', '\u001b', '\\u001b'];
const piece = fc.constantFrom(...ANSI);
const anyText = (pieces: fc.Arbitrary<string>) => fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));

const anyAttributes = (text: fc.Arbitrary<string>): fc.Arbitrary<Attributes> =>
  fc
    .array(
      fc.tuple(fc.constantFrom('host', 'n', 'one', 'a"b', '__proto__'), fc.oneof(text, fc.nat(11), fc.boolean())),
      { maxLength: 3 },
    )
    .map((entries) => {
      const attributes = emptyAttributes();
      for (const [name, value] of entries) attributes[name] = value;
      return entries.length === 0 ? NO_ATTRIBUTES : attributes;
    });

const anyBlock = (pieces: fc.Arbitrary<string>): fc.Arbitrary<OpenBlock> =>
  fc
    .array(fc.record({ body: anyText(pieces), attributes: anyAttributes(anyText(pieces)) }), {
      minLength: 1,
      maxLength: 12,
    })
    .map((drafts) => {
      const chunk = encodeChunk({ id: null, records: drafts.map((draft) => aRecord(draft)) }, newId);
      const [block] = chunk.blocks;
      if (block === undefined) throw new Error('no block');
      return openBlock(chunk, block);
    });

const anyTerm = fc
  .tuple(fc.boolean(), anyText(piece))
  .map(([isExcluded, text]) => `${isExcluded ? '-' : ''}"a${text.replaceAll('"', '')}"`);
const anyFilter: fc.Arbitrary<LogFilter> = fc.record({
  services: fc.constant(null),
  severities: fc.constant(EVERYTHING.severities),
  text: fc.option(
    fc
      .array(fc.oneof(anyTerm, fc.constantFrom('one', '-one', 'ab', '-b', 'é', 'σ', '日', '1', '-true', 'host')), {
        minLength: 1,
        maxLength: 3,
      })
      .map((terms) => parseTextQuery(terms.join(' '))),
  ),
  attributes: fc.array(
    fc.record({
      name: fc.constantFrom('host', 'n', 'a"b', '__proto__'),
      values: fc.array(fc.oneof(anyText(piece), fc.constantFrom('1', 'true', '', 'one')), {
        minLength: 1,
        maxLength: 2,
      }),
    }),
    { maxLength: 2 },
  ),
});

it.each([
  ['any text', piece],
  ['text without ANSI sequences', fc.constantFrom(...LETTERS)],
  ['ASCII alone', fc.constantFrom(...ASCII)],
])('keeps exactly the records that the filter means: %s', (_caption, pieces) => {
  fc.assert(
    fc.property(anyBlock(pieces), anyFilter, fc.nat(12), fc.nat(12), (block, filter, first, length) => {
      const low = Math.min(first, block.count);
      const high = Math.min(low + length, block.count);
      const expected = Array.from({ length: high - low }, (_, i) => low + i).filter((place) => {
        const record = block.record(place);
        const hasAttributes = matchesAttributes(filter.attributes, record.attributes);
        return hasAttributes && (filter.text === null || matchesText(filter.text, record));
      });
      expect(new RecordMatcher(filter).matches(block, low, high)).toEqual(expected);
    }),
    { numRuns: 1_500 },
  );
});

it('folds a text that is not ASCII once, however many words are looked for: it holds everything else up meanwhile', () => {
  const records = ['größer', 'kleiner'].map((body) => aRecord({ body }));
  const chunk = encodeChunk({ id: null, records }, newId);
  const [block] = chunk.blocks;
  if (block === undefined) throw new Error('no block');
  const open = openBlock(chunk, block);
  const texts = jest.spyOn(TextColumn.prototype, 'at');
  const text = parseTextQuery(Array.from({ length: 100 }, (_, i) => `-w${i}`).join(' '));
  expect(new RecordMatcher({ ...EVERYTHING, text }).matches(open, 0, 2)).toEqual([0, 1]);
  expect(texts).toHaveBeenCalledTimes(records.length);
  texts.mockRestore();
});

it('does not open the attributes where there are none, nor the bodies of a filter that does not ask for text', () => {
  const chunk = encodeChunk({ id: null, records: [aRecord({ body: 'one' }), aRecord({ body: 'two' })] }, newId);
  const [block] = chunk.blocks;
  if (block === undefined) throw new Error('no block');
  const open = openBlock(chunk, block);
  const bodies = jest.spyOn(open, 'bodies');
  expect(new RecordMatcher(EVERYTHING).matches(open, 0, 2)).toEqual([0, 1]);
  const byAttribute = { ...EVERYTHING, attributes: [{ name: 'a', values: ['b'] }] };
  expect(new RecordMatcher(byAttribute).matches(open, 0, 2)).toEqual([]);
  expect(bodies).not.toHaveBeenCalled();
  expect(recordsOf(chunk)).toHaveLength(2);
});
