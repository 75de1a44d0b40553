import {
  Binary,
  type Document,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  deserialize,
  serialize,
} from 'bson';
import fc from 'fast-check';

/** A document as a server has it before it: decoded from its bytes, with every value's type. */
export function decoded(document: Document): Document {
  return deserialize(serialize(document), { promoteValues: false });
}

const small = fc.integer({ min: 0, max: 3 });

/** Few values, so that equal ones are frequent; of every type, and with the numbers that are hard to compare. */
const scalar: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: small.map((n) => new Int32(n)) },
  { weight: 3, arbitrary: fc.constantFrom('x', 'y', '', '\uffff', '\u{1F600}') },
  { weight: 2, arbitrary: fc.constant(null) },
  fc.constantFrom(0, -0, 0.5, 1, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 62, 2 ** 63).map((n) => new Double(n)),
  fc.constantFrom('1', '9007199254740993', '4611686018427388000', '9223372036854775807').map((n) => Long.fromString(n)),
  fc.boolean(),
  small.map((n) => new Date(n)),
  fc
    .tuple(fc.uint8Array({ maxLength: 2, max: 2 }), fc.constantFrom(0, 4))
    .map(([bytes, type]) => new Binary(bytes, type)),
  small.map((n) => new ObjectId(`00000000000000000000000${n}`)),
  fc.tuple(small, small).map(([t, i]) => new Timestamp({ t: t + 1, i })),
  fc.constantFrom(/x/, /^x/i),
  fc.constantFrom(new MinKey(), new MaxKey()),
);

const name = fc.constantFrom('a', 'b', 'c');
const { value, document } = fc.letrec<{ value: unknown; document: Document }>((tie) => ({
  document: fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 4, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }),
    tie('document'),
  ),
}));

/** Any value of BSON that a document can hold. */
export const anyValue = value;
export const anyDocument = document;

const path = fc
  .tuple(name, fc.array(fc.constantFrom('a', 'b', 'c', '0', '1'), { maxLength: 2 }))
  .map(([first, rest]) => [first, ...rest].join('.'));
/** MongoDB has no order for regular expressions in a filter. */
const bound = value.filter((each) => !(each instanceof RegExp));
const condition: fc.Arbitrary<Document> = fc.oneof(
  fc
    .tuple(fc.constantFrom('$eq', '$ne', '$gt', '$gte', '$lt', '$lte'), bound)
    .map(([operator, given]) => ({ [operator]: given })),
  fc
    .tuple(fc.constantFrom('$in', '$nin', '$all'), fc.array(value, { maxLength: 3 }))
    .map(([operator, given]) => ({ [operator]: given })),
  fc.boolean().map((given) => ({ $exists: given })),
  small.map((given) => ({ $size: given })),
  fc.constantFrom('number', 'string', 'array', 'object', 'null', 'binData').map((given) => ({ $type: given })),
  fc.array(fc.nat(70), { maxLength: 2 }).map((given) => ({ $bitsAllSet: given })),
  fc.tuple(bound, bound).map(([from, to]) => ({ $elemMatch: { $gte: from, $lt: to } })),
  bound.map((given) => ({ $not: { $gt: given } })),
);

/** A filter of one or two fields that no server refuses. */
export const anyFilter: fc.Arbitrary<Document> = fc.oneof(
  fc.tuple(path, fc.oneof(value, condition)).map(([field, given]) => ({ [field]: given })),
  fc
    .tuple(path, condition, path, condition)
    .map(([a, first, b, second]) => ({ $or: [{ [a]: first }, { [b]: second }] })),
);
