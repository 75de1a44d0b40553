import { Binary, type ObjectId, type Timestamp } from 'bson';
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
      return `"${String(value)}"`; // as it is: mongod escapes nothing
    case 'object':
      return renderDocument(asDocument(value) ?? {});
    case 'array':
      return (value as unknown[]).length === 0 ? '[]' : `[ ${(value as unknown[]).map(render).join(', ')} ]`;
    case 'binData':
      return renderBinary(value as Binary);
    case 'objectId':
      return `ObjectId('${(value as ObjectId).toHexString()}')`;
    case 'date':
      return `new Date(${Number(value)})`;
    case 'timestamp':
      return `Timestamp(${(value as Timestamp).t}, ${(value as Timestamp).i})`;
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

function renderBinary(value: Binary): string {
  const hex = Buffer.from(bytesOf(value)).toString('hex');
  if (subtypeOf(value) !== Binary.SUBTYPE_UUID || hex.length !== 32) {
    return `BinData(${subtypeOf(value)}, ${hex.toUpperCase()})`;
  }
  return `UUID("${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}")`;
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
