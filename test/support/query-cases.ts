import { Binary, Double, Int32, Long, MaxKey, MinKey, Timestamp } from 'bson';

/*
 * What mongod 6 answers, as data: the embedded server's functions are tried on it without a server, and every server is
 * tried on it through its wire. A plain whole number stands for an int.
 */

export type Document = Record<string, unknown>;
const double = (value: number) => new Double(value);
const long = (value: number | string) => Long.fromString(String(value));
const bytes = (...values: number[]) => new Binary(Uint8Array.from(values));

/** Documents, and filters with the `_id`s of the documents that each finds. */
export interface FilterTable {
  readonly caption: string;
  readonly documents: readonly Document[];
  readonly finds: readonly (readonly [filter: Document, ids: readonly number[]])[];
}

export const FILTERS: readonly FilterTable[] = [
  {
    caption: 'values of all types',
    documents: [
      { _id: 1, a: 1 },
      { _id: 2, a: double(1) },
      { _id: 3, a: long(1) },
      { _id: 4, a: 'x' },
      { _id: 5, a: null },
      { _id: 6 },
      { _id: 7, a: true },
      { _id: 8, a: { b: 1 } },
      { _id: 9, a: bytes(1, 2) },
      { _id: 10, a: new Date(5) },
      { _id: 11, a: double(NaN) },
      { _id: 12, a: new MinKey() },
      { _id: 13, a: new MaxKey() },
      { _id: 14, a: new Timestamp({ t: 5, i: 1 }) },
      { _id: 15, a: /x/i },
      { _id: 16, a: double(1.5) },
    ],
    finds: [
      [{ a: 1 }, [1, 2, 3]],
      [{ a: { $eq: double(1) } }, [1, 2, 3]],
      [{ a: { $ne: 1 } }, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
      [{ a: null }, [5, 6]],
      [{ a: { $ne: null } }, [1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
      [{ a: { $in: [null, 'x'] } }, [4, 5, 6]],
      [{ a: { $nin: [null, 'x', 1] } }, [7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
      [{ a: { $in: [] } }, []],
      [{ a: { $gt: 0 } }, [1, 2, 3, 16]],
      [{ a: { $gte: 1, $lt: double(1.5) } }, [1, 2, 3]],
      [{ a: { $gte: double(NaN) } }, [11]],
      [{ a: { $lt: double(NaN) } }, []],
      [{ a: { $lte: null } }, [5, 6]],
      [{ a: { $lt: null } }, []],
      [{ a: { $gt: '' } }, [4]],
      [{ a: { $gte: false } }, [7]],
      [{ a: { $lt: new Date(6) } }, [10]],
      [{ a: { $lt: { b: 2 } } }, [8]],
      [{ a: { $gt: bytes(1) } }, [9]],
      [{ a: { $lte: new Timestamp({ t: 5, i: 1 }) } }, [14]],
      [{ a: { $gt: new MinKey() } }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16]],
      [{ a: { $lt: new MaxKey() } }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16]],
      [{ a: { $exists: true } }, [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
      [{ a: { $exists: 0 } }, [6]],
      [{ a: { $type: 'number' } }, [1, 2, 3, 11, 16]],
      [{ a: { $type: ['string', 8] } }, [4, 7]],
      [{ a: { $type: 'long' } }, [3]],
      [{ a: /^X/i }, [4]],
      [{ a: { $regex: 'x', $options: 'i' } }, [4, 15]],
      [{ a: { $not: /x/ } }, [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]],
      [{ a: { $not: { $gt: 0 } } }, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
      [{ a: { $mod: [2, 1] } }, [1, 2, 3, 16]],
      [{ 'a.b': 1 }, [8]],
      [{ 'a.b': null }, [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16]],
      [{ $or: [{ a: 'x' }, { a: true }] }, [4, 7]],
      [{ $nor: [{ a: { $type: 'number' } }, { _id: { $gt: 7 } }] }, [4, 5, 6, 7]],
      [{ $and: [{ a: { $gt: 0 } }, { a: { $lt: 1.2 } }] }, [1, 2, 3]],
      [{ $expr: { $gt: ['$a', 'x'] } }, [7, 8, 9, 10, 13, 14, 15]],
      [{ $expr: { $lt: ['$a', null] } }, [6, 12]],
      [{ $comment: 'all of them', _id: { $lte: 2 } }, [1, 2]],
    ],
  },
  {
    caption: 'numbers that only a Long holds',
    documents: [
      { _id: 1, a: long('9007199254740992') },
      { _id: 2, a: long('9007199254740993') },
      { _id: 3, a: double(9007199254740992) },
      { _id: 4, a: double(9007199254740994) },
      { _id: 5, a: long('9223372036854775807') },
      { _id: 6, a: double(2 ** 63) },
    ],
    finds: [
      [{ a: long('9007199254740993') }, [2]],
      [{ a: double(9007199254740992) }, [1, 3]],
      [{ a: { $gt: double(9007199254740992) } }, [2, 4, 5, 6]],
      [{ a: { $lt: double(2 ** 63) } }, [1, 2, 3, 4, 5]],
      [{ a: { $in: [long('9007199254740993'), double(2 ** 63)] } }, [2, 6]],
    ],
  },
  {
    caption: 'arrays',
    documents: [
      { _id: 1, a: [] },
      { _id: 2, a: [1, 5] },
      { _id: 3, a: [[1, 5], 2] },
      { _id: 4, a: [{ b: 1, c: 2 }, { b: 3 }] },
      { _id: 5, a: { 0: 1 } },
      { _id: 6, a: [null] },
      { _id: 7, a: [{ b: [1, 2] }] },
      { _id: 8, a: 'x' },
      { _id: 9, a: [bytes(1), bytes(2)] },
    ],
    finds: [
      [{ a: 1 }, [2]],
      [{ a: [1, 5] }, [2, 3]],
      [{ a: [] }, [1]],
      [{ a: null }, [6]],
      [{ a: { $gt: 1, $lt: 5 } }, [2, 3]],
      [{ a: { $elemMatch: { $gt: 1, $lt: 5 } } }, [3]],
      [{ a: { $elemMatch: { b: 1, c: 2 } } }, [4]],
      [{ a: { $elemMatch: { b: 3, c: 2 } } }, []],
      [{ 'a.b': 3, 'a.c': 2 }, [4]],
      [{ 'a.b': 1 }, [4, 7]],
      [{ 'a.b': { $exists: false } }, [1, 2, 3, 5, 6, 8, 9]],
      [{ 'a.b': null }, [5, 8]],
      [{ 'a.c': null }, [4, 5, 7, 8]],
      [{ 'a.0': 1 }, [2, 5]],
      [{ 'a.0.0': 1 }, [3]],
      [{ 'a.0.b': 1 }, [4, 7]],
      [{ 'a.0.b.1': 2 }, [7]],
      [{ a: { $size: 2 } }, [2, 3, 4, 9]],
      [{ a: { $size: 0 } }, [1]],
      [{ a: { $all: [1, 5] } }, [2]],
      [{ a: { $all: [[1, 5]] } }, [2, 3]],
      [{ a: { $all: [] } }, []],
      [{ a: { $all: [{ $elemMatch: { b: 1 } }, { $elemMatch: { b: 3 } }] } }, [4]],
      [{ a: { $ne: 1 } }, [1, 3, 4, 5, 6, 7, 8, 9]],
      [{ a: { $nin: [1, null] } }, [1, 3, 4, 5, 7, 8, 9]],
      [{ a: { $type: 'array' } }, [1, 2, 3, 4, 6, 7, 9]],
      [{ a: { $type: 'object' } }, [4, 5, 7]],
      [{ a: bytes(2) }, [9]],
      [{ a: { $not: { $elemMatch: { $gt: 0 } } } }, [1, 4, 5, 6, 7, 8, 9]],
    ],
  },
  {
    caption: 'bits, of Binaries beyond 31 as of numbers',
    documents: [
      { _id: 1, a: bytes(0b101, 0, 0, 0, 0x80, 1) },
      { _id: 2, a: bytes(0b111) },
      { _id: 3, a: 5 },
      { _id: 4, a: -1 },
      { _id: 5, a: long('4503599627370501') },
      { _id: 6, a: double(5) },
      { _id: 7, a: double(5.5) },
      { _id: 8, a: 'x' },
      { _id: 9 },
    ],
    finds: [
      [{ a: { $bitsAllSet: [0, 2] } }, [1, 2, 3, 4, 5, 6]],
      [{ a: { $bitsAllSet: [39, 40] } }, [1, 4]],
      [{ a: { $bitsAllSet: [52] } }, [4, 5]],
      [{ a: { $bitsAllSet: [200] } }, [4]],
      [{ a: { $bitsAllSet: [2_147_483_647] } }, [4]],
      [{ a: { $bitsAllClear: [200] } }, [1, 2, 3, 5, 6]],
      [{ a: { $bitsAllSet: bytes(5, 0, 0, 0, 0x80) } }, [1, 4]],
      [{ a: { $bitsAllSet: 5 } }, [1, 2, 3, 4, 5, 6]],
      [{ a: { $bitsAllSet: [] } }, [1, 2, 3, 4, 5, 6]],
      [{ a: { $bitsAnySet: [1, 39] } }, [1, 2, 4]],
      [{ a: { $bitsAllClear: [1, 3] } }, [1, 3, 5, 6]],
      [{ a: { $bitsAnyClear: [0, 1] } }, [1, 3, 5, 6]],
      [{ a: { $bitsAnySet: 0 } }, []],
    ],
  },
  {
    caption: 'texts, by what PCRE means and JavaScript does not',
    documents: [
      { _id: 1, a: 'x\n' },
      { _id: 2, a: 'Ax' },
      { _id: 3, a: 'a\u00a0b' },
      { _id: 4, a: 'a\nx' },
      { _id: 5, a: 'a\u2028b' },
      { _id: 6, a: 'a-b' },
    ],
    finds: [
      [{ a: /x$/ }, [1, 2, 4]],
      [{ a: { $regex: 'x\\z' } }, [2, 4]],
      [{ a: { $regex: '\\Ax' } }, [1]],
      [{ a: { $regex: '^x$', $options: 'm' } }, [1, 4]],
      [{ a: { $regex: '^b', $options: 'm' } }, []],
      [{ a: { $regex: 'a.b' } }, [3, 5, 6]],
      [{ a: { $regex: 'a.x', $options: 's' } }, [4]],
      [{ a: { $regex: '\\s' } }, [1, 4]],
      [{ a: { $regex: 'a[\\S]b' } }, [3, 5, 6]],
      [{ a: { $regex: '[\\d-z]' } }, [6]],
      [{ a: { $regex: '^[]a]' } }, [3, 4, 5, 6]],
      [{ a: { $regex: 'x{,2}' } }, []],
      [{ a: { $regex: '\\x{41}' } }, [2]],
      [{ a: { $regex: 'a\\-b' } }, [6]],
    ],
  },
];

/** Filters that are refused. */
export const REFUSED_FILTERS: readonly (readonly [filter: Document, code: number, message: string])[] = [
  [{ a: { $elemMatch: { $expr: { $eq: ['$b', 1] } } } }, 2, '$expr can only be applied to the top-level document'],
  [{ a: { $foo: 1 } }, 2, 'unknown operator: $foo'],
  [{ a: { $gt: 1, b: 2 } }, 2, 'unknown operator: b'],
  [
    { $foo: 1 },
    2,
    "unknown top level operator: $foo. If you have a field name that starts with a '$' symbol, consider using $getField " +
      'or $setField.',
  ],
  [{ $and: [] }, 2, '$and/$or/$nor must be a nonempty array'],
  [{ $or: 1 }, 2, '$or must be an array'],
  [{ $nor: [1] }, 2, '$or/$and/$nor entries need to be full objects'],
  [{ a: { $in: 1 } }, 2, '$in needs an array'],
  [{ a: { $in: [{ $gt: 1 }] } }, 2, 'cannot nest $ under $in'],
  [{ a: { $size: -1 } }, 2, 'Failed to parse $size. Expected a non-negative number in: $size: -1'],
  [{ a: { $elemMatch: 1 } }, 2, '$elemMatch needs an Object'],
  [{ a: { $all: 1 } }, 2, '$all needs an array'],
  [{ a: { $not: 1 } }, 2, '$not needs a regex or a document'],
  [{ a: { $options: 'i' } }, 2, '$options needs a $regex'],
  [{ a: { $type: 'foo' } }, 2, 'Unknown type name alias: foo'],
  [{ a: { $bitsAllSet: -1 } }, 9, 'Expected a non-negative number in: $bitsAllSet: -1'],
  [{ a: { $mod: [0, 1] } }, 2, 'divisor cannot be 0'],
  [
    { a: { $mod: [double(NaN), 1] } },
    2,
    'malformed mod, divisor value is invalid :: caused by :: Unable to coerce NaN/Inf to integral type',
  ],
  [
    { a: { $mod: [2, double(2 ** 63)] } },
    2,
    'malformed mod, remainder value is invalid :: caused by :: Out of bounds coercing to integral value',
  ],
  [{ a: { $bitsAllSet: [double(1.5)] } }, 2, 'Failed to parse bit position. Expected an integer: 0: 1.5'],
  [{ $expr: { $foo: 1 } }, 168, "Unrecognized expression '$foo'"],
  [{ $expr: '$$nobody' }, 17276, 'Use of undefined variable: nobody'],
];

type Update = Document | readonly Document[];

/** An update of one document; `null` for one that changes nothing, not even a type. */
export const UPDATES: readonly (readonly [
  caption: string,
  before: Document,
  update: Update,
  after: Document | null,
])[] = [
  [
    'new fields come in the order of their names',
    { z: 1 },
    { $set: { c: 1, a: 2 }, $inc: { b: 3 } },
    { z: 1, a: 2, b: 3, c: 1 },
  ],
  ['a field keeps its place', { a: 1, b: 2 }, { $set: { a: 'x' } }, { a: 'x', b: 2 }],
  ['the same value', { a: 1 }, { $set: { a: 1 } }, null],
  ['an equal value of another type', { a: 1 }, { $set: { a: double(1) } }, { a: double(1) }],
  ['the same fields in another order', { a: { b: 1, c: 2 } }, { $set: { a: { c: 2, b: 1 } } }, { a: { c: 2, b: 1 } }],
  ['a Binary of the same length', { a: bytes(1, 2) }, { $set: { a: bytes(1, 3) } }, { a: bytes(1, 3) }],
  ['documents on the way are made', {}, { $set: { 'a.b.c': 1 } }, { a: { b: { c: 1 } } }],
  ['an element by its index', { a: [1, 2] }, { $set: { 'a.1': 3 } }, { a: [1, 3] }],
  ['an element beyond the end', { a: [1] }, { $set: { 'a.3': 2 } }, { a: [1, null, null, 2] }],
  ['a number is a name in a document', { a: {} }, { $set: { 'a.0': 1 } }, { a: { 0: 1 } }],
  ['no operators', { a: 1 }, { $set: {} }, null],
  ['$unset', { a: 1, b: 2 }, { $unset: { a: '', c: '' } }, { b: 2 }],
  ['$unset of what is not there', { a: 1 }, { $unset: { 'a.b': '', c: '' } }, null],
  ['$unset of an element', { a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
  ['$inc makes a field', {}, { $inc: { a: long(1) } }, { a: long(1) }],
  ['$inc of ints', { a: 1 }, { $inc: { a: 2 } }, { a: 3 }],
  ['$inc by nothing', { a: 1 }, { $inc: { a: 0 } }, null],
  ['$inc beyond an int', { a: 2_147_483_647 }, { $inc: { a: 1 } }, { a: long(2_147_483_648) }],
  ['$inc by a double', { a: 1 }, { $inc: { a: double(0.5) } }, { a: double(1.5) }],
  ['$inc of a long', { a: long(1) }, { $inc: { a: 1 } }, { a: long(2) }],
  ['$mul', { a: 3 }, { $mul: { a: double(2), b: long(5) } }, { a: double(6), b: long(0) }],
  ['$max takes the greater', { a: 1, b: 5 }, { $max: { a: 2, b: 2, c: 1 } }, { a: 2, b: 5, c: 1 }],
  ['$max of an equal value', { a: 2 }, { $max: { a: double(2) } }, null],
  ['$max across types', { a: 2 }, { $max: { a: 'x' } }, { a: 'x' }],
  ['$min takes the lesser', { a: 1, b: new Date(5) }, { $min: { a: 2, b: new Date(3) } }, { a: 1, b: new Date(3) }],
  ['$min: null is less than any number', { a: 1 }, { $min: { a: null } }, { a: null }],
  ['$setOnInsert does nothing', { a: 1 }, { $setOnInsert: { b: 1 } }, null],
  ['$push makes an array', {}, { $push: { 'a.b': 1 } }, { a: { b: [1] } }],
  ['$push of an array', { a: [1] }, { $push: { a: [2] } }, { a: [1, [2]] }],
  ['$push of the last ones', { a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: -3 } } }, { a: [2, 3, 4] }],
  ['$push of the first ones', { a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: 3 } } }, { a: [1, 2, 3] }],
  ['$push and keep none', { a: [1] }, { $push: { a: { $each: [2], $slice: 0 } } }, { a: [] }],
  ['$push of none', { a: [1] }, { $push: { a: { $each: [] } } }, null],
  ['$push in front', { a: [1] }, { $push: { a: { $each: [2, 3], $position: 0 } } }, { a: [2, 3, 1] }],
  ['$push, sorted', { a: [3] }, { $push: { a: { $each: [1, 2], $sort: -1 } } }, { a: [3, 2, 1] }],
  ['$addToSet', { a: [1, 'x'] }, { $addToSet: { a: { $each: [double(1), 'y', 'y'] } } }, { a: [1, 'x', 'y'] }],
  ['$addToSet of an element', { a: [{ b: 1 }] }, { $addToSet: { a: { b: 1 } } }, null],
  ['$pull of a value', { a: [1, 2, double(1)] }, { $pull: { a: 1 } }, { a: [2] }],
  ['$pull by operators', { a: [1, 2, 3] }, { $pull: { a: { $gte: 2 } } }, { a: [1] }],
  ['$pull by a filter', { a: [{ b: 1, c: 1 }, { b: 2 }] }, { $pull: { a: { b: 1 } } }, { a: [{ b: 2 }] }],
  [
    '$pull by any of two filters',
    { a: [{ b: 1 }, { b: 2 }, { b: 3 }] },
    { $pull: { a: { $or: [{ b: 1 }, { b: 3 }] } } },
    { a: [{ b: 2 }] },
  ],
  ['$pull from nothing', { b: 1 }, { $pull: { a: 1 } }, null],
  ['$pop', { a: [1, 2, 3], b: [1, 2] }, { $pop: { a: 1, b: -1 } }, { a: [1, 2], b: [2] }],
  ['$rename', { a: 1, b: 2 }, { $rename: { a: 'c', d: 'e' } }, { b: 2, c: 1 }],
  ['$set of the same _id', { a: 1 }, { $set: { _id: 1, a: 2 } }, { a: 2 }],
  ['a replacement', { a: 1, b: 2 }, { c: 3 }, { c: 3 }],
  ['a replacement with its _id behind', { a: 1 }, { c: 3, _id: 1 }, { c: 3 }],
  ['a replacement by the same', { a: 1 }, { _id: 1, a: 1 }, null],
  ['a pipeline that sets', { a: 1 }, [{ $set: { b: { $add: ['$a', 1] }, a: '$$REMOVE' } }], { b: 2 }],
  ['a pipeline that changes nothing', { a: 1 }, [{ $set: { a: { $max: ['$a', 0] } } }], null],
  ['a pipeline that unsets', { a: 1, b: { c: 1, d: 2 } }, [{ $unset: ['a', 'b.c'] }], { b: { d: 2 } }],
  ['a pipeline that replaces', { a: { b: 1 } }, [{ $replaceWith: '$a' }], { b: 1 }],
  ['a pipeline into arrays', { a: [{ b: 1 }, 2] }, [{ $set: { 'a.c': '$_id' } }], { a: [{ b: 1, c: 1 }, { c: 1 }] }],
  [
    'the outbox of an alert that sent its last notice',
    { outbox: ['firing'], dueAt: double(5), claim: 'me' },
    [
      {
        $set: {
          attempts: 0,
          dueAt: { $cond: [{ $gt: [{ $size: '$outbox' }, 1] }, 7, '$$REMOVE'] },
          outbox: { $slice: ['$outbox', 1, { $max: [1, { $size: '$outbox' }] }] },
        },
      },
      { $unset: 'claim' },
    ],
    { outbox: [], attempts: 0 },
  ],
  [
    'the counts of an alert',
    { count: 5 },
    [{ $set: { count: { $add: [{ $ifNull: ['$count', 0] }, 3] }, service: { $literal: '$x' } } }],
    { count: 8, service: '$x' },
  ],
];

/** Updates of `{ _id: 1, ...before }` that are refused. */
export const REFUSED_UPDATES: readonly (readonly [before: Document, update: Update, code: number, message: string])[] =
  [
    [{}, { $set: { _id: 2 } }, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"],
    [{}, { $unset: { _id: 1 } }, 66, "Performing an update on the path '_id' would modify the immutable field '_id'"],
    [
      {},
      { _id: 2, a: 1 },
      66,
      "After applying the update, the (immutable) field '_id' was found to have been altered to _id: 2",
    ],
    [{}, { $set: { a: 1 }, $inc: { a: 1 } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
    [{}, { $set: { 'a.b': 1, a: 1 } }, 40, "Updating the path 'a' would create a conflict at 'a'"],
    [{}, { $set: { a: 1 }, $unset: { 'a.b': 1 } }, 40, "Updating the path 'a.b' would create a conflict at 'a'"],
    [
      { a: 'x' },
      { $inc: { a: 1 } },
      14,
      "Cannot apply $inc to a value of non-numeric type. {_id: 1} has the field 'a' of non-numeric type string",
    ],
    [{}, { $inc: { a: 'x' } }, 14, 'Cannot increment with non-numeric argument: {a: "x"}'],
    [{ a: 'x' }, { $push: { a: 1 } }, 2, "The field 'a' must be an array but is of type string in document {_id: 1}"],
    [
      { a: 1 },
      { $addToSet: { a: 1 } },
      2,
      "Cannot apply $addToSet to non-array field. Field named 'a' has non-array type int",
    ],
    [{ a: 1 }, { $pull: { a: 1 } }, 2, 'Cannot apply $pull to a non-array value'],
    [{ a: 1 }, { $pop: { a: 1 } }, 14, "Path 'a' contains an element of non-array type 'int'"],
    [{ a: { b: 1 } }, { $set: { 'a.b.c': 1 } }, 28, "Cannot create field 'c' in element {b: 1}"],
    [{ a: [1] }, { $set: { 'a.b': 1 } }, 28, "Cannot create field 'b' in element {a: [ 1 ]}"],
    [{ a: null }, { $set: { 'a.b': 1 } }, 28, "Cannot create field 'b' in element {a: null}"],
    [{}, { $set: { 'a.': 1 } }, 56, "The update path 'a.' contains an empty field name, which is not allowed."],
    [
      {},
      { $foo: { a: 1 } },
      9,
      'Unknown modifier: $foo. Expected a valid update modifier or pipeline-style update specified as an array',
    ],
    [{}, [{ $match: {} }], 72, '$match is not allowed to be used within an update'],
    [{}, [{ $set: { a: { $foo: 1 } } }], 168, "Invalid $set :: caused by :: Unrecognized expression '$foo'"],
    [
      {},
      { $addToSet: { a: { $each: [1], $slice: 1 } } },
      2,
      'Found unexpected fields after $each in $addToSet: { $each: [ 1 ], $slice: 1 }',
    ],
    [
      {},
      { $push: { a: { $each: [1], $sort: {} } } },
      2,
      'The sort pattern is empty when it should be a set of fields.',
    ],
    [{}, { $push: { a: { $each: 1 } } }, 2, 'The argument to $each in $push must be an array but it was of type: int'],
  ];

/** What an upsert inserts where nothing is found; `_id: 'new'` stands for one that the server makes. */
export const UPSERTS: readonly (readonly [caption: string, filter: Document, update: Update, inserted: Document])[] = [
  [
    'equalities of the filter',
    { b: 1, a: { $eq: 2 }, c: { $gt: 3 } },
    { $set: { d: 4 } },
    { _id: 'new', a: 2, b: 1, d: 4 },
  ],
  ['its _id in front', { a: 1, _id: 7 }, { $set: { b: 1 } }, { _id: 7, a: 1, b: 1 }],
  ['$setOnInsert', { _id: 7 }, { $setOnInsert: { a: 1 }, $max: { b: 2 } }, { _id: 7, a: 1, b: 2 }],
  ['an _id of the update', {}, { $setOnInsert: { _id: 8, a: 1 } }, { _id: 8, a: 1 }],
  ['a list of one', { a: { $in: [1] }, b: { $in: [1, 2] } }, { $set: { c: 1 } }, { _id: 'new', a: 1, c: 1 }],
  [
    'all of an $and, and an $or of one',
    { $and: [{ a: 1 }], $or: [{ b: 2 }] },
    { $set: { c: 1 } },
    { _id: 'new', a: 1, b: 2, c: 1 },
  ],
  ['paths', { 'a.b': 1, 'a.c': 2 }, { $set: { 'a.d': 3 } }, { _id: 'new', a: { b: 1, c: 2, d: 3 } }],
  ['a replacement takes the _id alone', { _id: 7, a: 1 }, { b: 2 }, { _id: 7, b: 2 }],
  ['a replacement without one', { a: 1 }, { b: 2 }, { _id: 'new', b: 2 }],
  ['a pipeline', { _id: 7, a: 1 }, [{ $set: { b: { $ifNull: ['$count', 5] } } }], { _id: 7, a: 1, b: 5 }],
];

/** Upserts that are refused. */
export const REFUSED_UPSERTS: readonly (readonly [filter: Document, update: Update, code: number])[] = [
  [{ _id: 1 }, { $setOnInsert: { _id: 2 } }, 66],
  [{ _id: 1 }, { _id: 2 }, 66],
  [{ $and: [{ a: 1 }, { a: 1 }] }, { $set: { b: 1 } }, 54],
  [{ a: 1, 'a.b': 2 }, { $set: { b: 1 } }, 54],
];

const PEOPLE: readonly Document[] = [
  { _id: 1, name: 'b', n: 3, tags: ['x', 'z'], at: { y: 1, z: [{ q: 1, r: 2 }, 5, { q: 3 }] } },
  { _id: 2, name: 'a', n: double(2.5), tags: [], at: { y: 2 } },
  { _id: 3, name: 'b', n: null, tags: 'y', at: null },
  { _id: 4, n: long(3) },
];

/** Pipelines over the same documents, with all that comes out. */
export const PIPELINES: {
  readonly documents: readonly Document[];
  readonly results: readonly (readonly [pipeline: readonly Document[], results: readonly Document[]])[];
} = {
  documents: PEOPLE,
  results: [
    [
      [{ $sort: { n: 1, _id: -1 } }, { $project: { _id: 1 } }],
      [{ _id: 3 }, { _id: 2 }, { _id: 4 }, { _id: 1 }],
    ],
    [
      [{ $sort: { tags: 1 } }, { $project: { _id: 1 } }],
      [{ _id: 2 }, { _id: 4 }, { _id: 1 }, { _id: 3 }],
    ],
    [
      [{ $sort: { tags: -1 } }, { $project: { _id: 1 } }],
      [{ _id: 1 }, { _id: 3 }, { _id: 4 }, { _id: 2 }],
    ],
    [
      [{ $sort: { _id: 1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { n: 1, _id: 0 } }],
      [{ n: double(2.5) }, { n: null }],
    ],
    [[{ $match: { name: 'b' } }, { $count: 'how many' }], [{ 'how many': 2 }]],
    [[{ $match: { name: 'nobody' } }, { $count: 'how many' }], []],
    [[{ $match: { _id: 1 } }, { $project: { 'at.z.q': 1 } }], [{ _id: 1, at: { z: [{ q: 1 }, { q: 3 }] } }]],
    [
      [{ $match: { _id: 1 } }, { $project: { 'at.z.q': 0, tags: 0, n: 0 } }],
      [{ _id: 1, name: 'b', at: { y: 1, z: [{ r: 2 }, 5, {}] } }],
    ],
    [
      [{ $match: { _id: 1 } }, { $project: { sum: { $add: ['$n', '$at.y'] }, name: 1 } }],
      [{ _id: 1, name: 'b', sum: 4 }],
    ],
    [
      [{ $match: { _id: 1 } }, { $unwind: '$tags' }, { $project: { tags: 1 } }],
      [
        { _id: 1, tags: 'x' },
        { _id: 1, tags: 'z' },
      ],
    ],
    [[{ $match: { _id: { $gt: 1 } } }, { $unwind: '$tags' }, { $project: { tags: 1 } }], [{ _id: 3, tags: 'y' }]],
    [[{ $match: { _id: 2 } }, { $replaceRoot: { newRoot: '$at' } }], [{ y: 2 }]],
    [
      [
        {
          $group: {
            _id: '$name',
            n: { $sum: '$n' },
            ids: { $push: '$_id' },
            least: { $min: '$n' },
            mean: { $avg: '$n' },
          },
        },
        { $sort: { _id: 1 } },
      ],
      [
        { _id: null, n: long(3), ids: [4], least: long(3), mean: double(3) },
        { _id: 'a', n: double(2.5), ids: [2], least: double(2.5), mean: double(2.5) },
        { _id: 'b', n: 3, ids: [1, 3], least: 3, mean: double(3) },
      ],
    ],
    [
      [{ $unwind: { path: '$tags', includeArrayIndex: 'at.place' } }, { $project: { tags: 1, 'at.place': 1 } }],
      [
        { _id: 1, tags: 'x', at: { place: long(0) } },
        { _id: 1, tags: 'z', at: { place: long(1) } },
        { _id: 3, tags: 'y', at: { place: null } },
      ],
    ],
    [
      [
        { $group: { _id: { n: '$n', at: '$at' }, ids: { $push: '$_id' } } },
        { $match: { ids: { $gt: 2 } } },
        { $sort: { ids: 1 } },
      ],
      [
        { _id: { n: null, at: null }, ids: [3] },
        { _id: { n: long(3) }, ids: [4] },
      ],
    ],
    [[{ $group: { _id: null, count: { $sum: 1 }, all: { $count: {} } } }], [{ _id: null, count: 4, all: 4 }]],
    [
      [{ $group: { _id: { name: '$name' }, first: { $first: '$_id' } } }, { $sort: { first: 1 } }],
      [
        { _id: { name: 'b' }, first: 1 },
        { _id: { name: 'a' }, first: 2 },
        { _id: { name: null }, first: 4 },
      ],
    ],
  ],
};

/** Expressions over `{ a: 1, b: [1, 2, 3], c: { d: 'x' }, e: null, t: new Date(5) }`; undefined: no field comes out. */
export const EXPRESSION_DOCUMENT: Document = { a: 1, b: [1, 2, 3], c: { d: 'x' }, e: null, t: new Date(5) };
export const EXPRESSIONS: readonly (readonly [expression: unknown, value: unknown])[] = [
  ['$c.d', 'x'],
  ['$c.d.f', undefined],
  ['$$ROOT.a', 1],
  [{ $literal: '$a' }, '$a'],
  [
    ['$a', '$nothing'],
    [1, null],
  ],
  [{ x: '$a', y: '$nothing' }, { x: 1 }],
  [{ $add: ['$a', double(0.5), long(1)] }, double(2.5)],
  [{ $add: ['$t', 10] }, new Date(15)],
  [{ $add: ['$a', '$e'] }, null],
  [{ $add: [2_147_483_647, '$a'] }, long(2_147_483_648)],
  [{ $subtract: ['$t', new Date(2)] }, long(3)],
  [{ $subtract: ['$t', 2] }, new Date(3)],
  [{ $multiply: ['$a', 3] }, 3],
  [{ $divide: ['$a', 2] }, double(0.5)],
  [{ $eq: ['$a', double(1)] }, true],
  [{ $lt: ['$nothing', '$e'] }, true],
  [{ $cmp: ['$a', 'x'] }, -1],
  [{ $and: ['$a', { $not: ['$e'] }] }, true],
  [{ $or: [0, null, '$nothing'] }, false],
  [{ $cond: ['$e', 1, '$$REMOVE'] }, undefined],
  [{ $cond: { if: '$a', then: 'yes', else: 'no' } }, 'yes'],
  [{ $ifNull: ['$nothing', '$e', 3] }, 3],
  [{ $switch: { branches: [{ case: { $gt: ['$a', 5] }, then: 1 }], default: 2 } }, 2],
  [{ $let: { vars: { v: { $add: ['$a', 1] } }, in: { $multiply: ['$$v', '$$v'] } } }, 4],
  [{ $max: ['$a', '$e', 5] }, 5],
  [{ $max: '$b' }, 3],
  [{ $min: ['$nothing', '$e'] }, null],
  [{ $size: '$b' }, 3],
  [{ $slice: ['$b', -2] }, [2, 3]],
  [{ $slice: ['$b', 1, 1] }, [2]],
  [{ $slice: ['$e', 1] }, null],
  [{ $concatArrays: ['$b', [4]] }, [1, 2, 3, 4]],
  [{ $concatArrays: ['$b', '$e'] }, null],
  [{ $setUnion: ['$b', [3, 4, 4]] }, [1, 2, 3, 4]],
  [{ $in: [2, '$b'] }, true],
  [{ $arrayElemAt: ['$b', -1] }, 3],
  [{ $arrayElemAt: ['$b', 9] }, undefined],
  [{ $first: '$b' }, 1],
  [{ $last: '$b' }, 3],
  [{ $filter: { input: '$b', as: 'n', cond: { $gte: ['$$n', 2] } } }, [2, 3]],
  [{ $map: { input: '$b', in: { $add: ['$$this', '$a'] } } }, [2, 3, 4]],
  [{ $reduce: { input: '$b', initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 6],
  [{ $mergeObjects: ['$c', null, { f: 1 }] }, { d: 'x', f: 1 }],
  [{ $mergeObjects: { $literal: [{ f: 1 }, null, { g: 2 }] } }, { f: 1, g: 2 }],
  [{ $objectToArray: '$c' }, [{ k: 'd', v: 'x' }]],
  [{ $arrayToObject: [[['k', 5]]] }, { k: 5 }],
  [{ $type: '$t' }, 'date'],
  [{ $type: '$nothing' }, 'missing'],
  [{ $toLong: '$a' }, long(1)],
  [{ $toLong: '$t' }, long(5)],
  [{ $toInt: double(2.9) }, new Int32(2)],
];
/** Expressions that are refused, over the same document. */
export const REFUSED_EXPRESSIONS: readonly (readonly [expression: unknown, code: number])[] = [
  [{ $size: '$a' }, 17124],
  [{ $in: [1, '$a'] }, 40081],
  [{ $add: ['$a', '$c'] }, 16554],
  [{ $eq: ['$a'] }, 16020],
  [{ $slice: ['$b'] }, 28667],
  [{ $concatArrays: ['$a'] }, 28664],
  [{ $eq: ['$a', 1], $ne: ['$a', 1] }, 15983],
  [{ $divide: ['$a', 0] }, 2],
  ['$$nobody', 17276],
];

/** Projections of a find over `{ _id: 1, a: 1, b: { c: 1, d: [{ e: 1, f: 2 }, 3] }, g: 'x' }`. */
export const PROJECTED: Document = { _id: 1, a: 1, b: { c: 1, d: [{ e: 1, f: 2 }, 3] }, g: 'x' };
export const PROJECTIONS: readonly (readonly [projection: Document, result: Document])[] = [
  [{}, PROJECTED],
  [{ _id: 1 }, { _id: 1 }],
  [{ _id: 0 }, { a: 1, b: { c: 1, d: [{ e: 1, f: 2 }, 3] }, g: 'x' }],
  [
    { g: 1, a: true },
    { _id: 1, a: 1, g: 'x' },
  ],
  [{ 'b.d.e': 1, _id: 0 }, { b: { d: [{ e: 1 }] } }],
  [{ b: { c: 1 } }, { _id: 1, b: { c: 1 } }],
  [{ 'a.x': 1 }, { _id: 1 }],
  [
    { 'b.d.e': 0, g: 0 },
    { _id: 1, a: 1, b: { c: 1, d: [{ f: 2 }, 3] } },
  ],
  [
    { h: '$a', i: { $add: ['$a', 1] } },
    { _id: 1, h: 1, i: 2 },
  ],
];
export const REFUSED_PROJECTIONS: readonly (readonly [projection: Document, code: number])[] = [
  [{ a: 1, b: 0 }, 31254],
  [{ a: 0, h: '$a' }, 31310],
  [{ a: 0, b: 1 }, 31253],
  [{ a: 1, 'a.b': 1 }, 31249],
  [{ 'a.b': 1, a: 1 }, 31250],
];
