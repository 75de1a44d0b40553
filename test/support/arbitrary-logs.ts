import fc from 'fast-check';
import { type Attributes, emptyAttributes, type LogRecord, NO_ATTRIBUTES } from '../../src/log/log-record';
import { SEVERITIES } from '../../src/log/severity';

/** Text of every kind that went wrong somewhere: emoji, NUL, lone surrogates, newlines, names of Object.prototype. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '\n', '\0', '"', '\\'), maxLength: 20 }),
  fc.constantFrom('', '__proto__', 'constructor', 'toJSON', '\ufeffmark', 'two\r\nlines', '12', '\u2028'),
);

/** What survives JSON: -0 becomes 0, and there is no NaN and no infinity. */
export const anyAttributeValue = fc.oneof(
  anyText,
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
);

export const anyAttributes: fc.Arbitrary<Attributes> = fc
  .array(fc.tuple(anyText, anyAttributeValue), { maxLength: 6 })
  .map((entries) => {
    const attributes = emptyAttributes();
    for (const [name, value] of entries) attributes[name] = value;
    return entries.length === 0 ? NO_ATTRIBUTES : attributes;
  });

export const anySeverity = fc.constantFrom(...SEVERITIES);

/** Records that are often equal in some of what orders them. */
export const anyRecord: fc.Arbitrary<LogRecord> = fc.record({
  timestamp: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.maxSafeInteger()),
  service: fc.oneof(fc.constantFrom('shop', 'cart'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })),
  severity: anySeverity,
  body: fc.oneof(fc.constantFrom('same', 'same\n'), anyText),
  attributes: anyAttributes,
});
