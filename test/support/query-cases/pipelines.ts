import { double, long, type Document } from './values';

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
