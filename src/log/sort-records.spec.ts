import fc from 'fast-check';
import { type LogRecord, NO_ATTRIBUTES } from './log-record';
import { compareRecords } from './record-order';
import { SEVERITIES } from './severity';
import { sortRecords } from './sort-records';

const anyRecord: fc.Arbitrary<LogRecord> = fc.record({
  timestamp: fc.integer({ min: 0, max: 4 }),
  service: fc.constantFrom('a', 'b'),
  severity: fc.constantFrom(...SEVERITIES),
  body: fc.constantFrom('x', 'y', 'z'),
  attributes: fc.constantFrom(NO_ATTRIBUTES, { k: 1 }),
});

it('sorts as the total order says and leaves its argument alone', () => {
  fc.assert(
    fc.property(fc.array(anyRecord), (records) => {
      const before = records.slice();
      expect(sortRecords(records)).toEqual(records.toSorted(compareRecords));
      expect(records).toEqual(before);
    }),
  );
});
