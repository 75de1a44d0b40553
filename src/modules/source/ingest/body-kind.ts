import { ApiError } from '../../../http/api-error';

/**
 * How a body is read: `ndjson`, a JSON object a line; `json`, one document, or several one a line; `lines`, text of any
 * form; `form`, what Python's `logging.handlers.HTTPHandler` sends.
 */
export type BodyKind = 'ndjson' | 'json' | 'lines' | 'form';

/** Types of which a reading as text would make nonsense that looks like success. */
const BINARY =
  /protobuf|msgpack|^(?:image|audio|video|font|multipart)\/|vnd\.fdo\.journal|\bzip\b|parquet|avro|cbor|bson/;
const NDJSON = /ndjson|jsonl(?:ines)?\b|json-lines|stream\+json/;
const JSON_TYPE = /[/+]json$/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * By the content type where it means something, else by the first byte: curl labels whatever it sends a form, and
 * browsers label JSON text. `text(n)` gives the first n bytes of the body as text. Throws ApiError `unsupported` for a
 * type that is certainly neither text nor JSON.
 */
export function bodyKind(contentType: string | undefined, text: (bytes: number) => string): BodyKind {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (BINARY.test(type)) {
    const allowed = 'send application/json, application/x-ndjson or text/plain';
    throw new ApiError('unsupported', `Content-Type ${JSON.stringify(type)} is not supported; ${allowed}`);
  }
  if (NDJSON.test(type)) return 'ndjson';
  if (JSON_TYPE.test(type)) return 'json';
  const start = text(LOOKED_AT_BYTES)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (start.startsWith('{') || JSON_ARRAY_START.test(start)) return 'json';
  return type === FORM_TYPE && PYTHON_FORM.test(text(FORM_LOOKED_AT_BYTES)) ? 'form' : 'lines';
}

const LOOKED_AT_BYTES = 4 * 1024;
/** In Python's form the level comes after the message, which may be long. */
const FORM_LOOKED_AT_BYTES = 1024 * 1024;
/** `[` and a JSON value after it. Many logs begin their lines with `[`: `[Sun Dec 04 04:47:44 2005] [notice]`, `[17] x`. */
const JSON_ARRAY_START = /^\[\s*(?:$|[{["\]]|(?:true|false|null|-?\d[\d.eE+-]*)\s*(?:,|\]\s*$))/;
/** Python's LogRecord as a form; a message of syslog-ng that is labelled as a form looks otherwise. */
const PYTHON_FORM = /^(?=[^\s&=]*=)(?=\S*(?:^|&)msg=)(?=\S*&levelname=)/;
