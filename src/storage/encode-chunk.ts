import { mongo } from 'mongoose';
import type { Part } from '../log/decode-message';
import { sortRecords } from '../log/sort-records';
import { hourOf } from '../log/timestamp';
import { type Chunk, CHUNK_VERSION } from './chunk';
import type { IdMaker } from './chunk-id';
import { WRITE_CODEC } from './codec';
import { encodeBlocks } from './columns';
import { encodeMinutes } from './minutes';

/**
 * A part as the document that is stored: a chunk of level 0, its records in their total order. The part is left as it
 * is. Throws RangeError when the records are none, of several services or severities, or not of one UTC hour: no chunk
 * may be so, and to write one would hide records from searches.
 */
export function encodeChunk(part: Part, makeId: IdMaker): Chunk {
  const records = sortRecords(part.records);
  const first = records[0];
  const last = records[records.length - 1];
  if (first === undefined || last === undefined) throw new RangeError('a part without records');
  const { service, severity } = first;
  if (hourOf(first.timestamp) !== hourOf(last.timestamp)) throw new RangeError('a part that crosses a UTC hour');
  if (records.some((record) => record.service !== service || record.severity !== severity)) {
    throw new RangeError('a part of several services or severities');
  }
  const { blocks, bytes } = encodeBlocks(records, WRITE_CODEC, 'fast');
  return {
    _id: new mongo.Binary(makeId(), mongo.Binary.SUBTYPE_UUID),
    version: CHUNK_VERSION,
    level: 0,
    service,
    severity,
    span: 'hour',
    from: first.timestamp,
    to: last.timestamp,
    count: records.length,
    bytes,
    minutes: encodeMinutes(records),
    codec: WRITE_CODEC,
    blocks,
    ...(part.id === null ? {} : { parts: [new mongo.Binary(part.id)] }),
  };
}
