import type { Document } from './values';

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
