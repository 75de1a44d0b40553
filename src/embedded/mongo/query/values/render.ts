import type { Binary, ObjectId } from 'bson';
import { typeOf } from './bson-type';
import { bytesOf, regExpOf, subtypeOf } from '../compare';
import { asDocument, type Document } from '../document';
import { worthOf } from './numbers';

/** A value as mongod writes it into its messages: `{ a: 1.0, b: "x" }`. */
export function render(value: unknown): string {
  switch (typeOf(value)) {
    case 'int':
    case 'long':
      return String(worthOf(value));
    case 'double':
      return renderDouble(Number(value));
    case 'string':
      return JSON.stringify(value);
    case 'object':
      return renderDocument(asDocument(value) ?? {});
    case 'array':
      return (value as unknown[]).length === 0 ? '[]' : `[ ${(value as unknown[]).map(render).join(', ')} ]`;
    case 'binData':
      return `BinData(${subtypeOf(value as Binary)}, ${Buffer.from(bytesOf(value as Binary))
        .toString('hex')
        .toUpperCase()})`;
    case 'objectId':
      return `ObjectId('${(value as ObjectId).toHexString()}')`;
    case 'date':
      return `new Date(${Number(value)})`;
    case 'regex':
      return `/${regExpOf(value).pattern}/${regExpOf(value).options}`;
    case 'minKey':
      return 'MinKey';
    case 'maxKey':
      return 'MaxKey';
    default:
      return String(value);
  }
}

function renderDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan.0';
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}

function renderDocument(document: Document): string {
  const fields = Object.keys(document).map((name) => `${name}: ${render(document[name])}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
