/** Headers take at most so many characters of JSON; what does not fit is left out and counted. */
const MAX_CHARACTERS = 64 * 1024;
/** Says how many headers were left out. */
const LEFT_OUT = '(left out)';

/**
 * A message's headers as the text of a JSON object. Text, because a header may be named what no field of a document can
 * be. Bytes that are no UTF-8 become `{"base64": "..."}`, large integers become text.
 */
export function headersJson(headers: Readonly<Record<string, unknown>>): string {
  const members: string[] = [];
  let room = MAX_CHARACTERS;
  let leftOut = 0;
  for (const [name, value] of Object.entries(headers)) {
    const json = jsonOf(value);
    if (json === undefined) continue;
    const member = `${JSON.stringify(name)}:${json}`;
    if (member.length > room) leftOut++;
    else {
      members.push(member);
      room -= member.length + 1;
    }
  }
  if (leftOut > 0) members.push(`${JSON.stringify(LEFT_OUT)}:${leftOut}`);
  return `{${members.join(',')}}`;
}

/** Undefined for what JSON has no word for. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, plain);
  } catch (error) {
    return JSON.stringify({ unreadable: error instanceof Error ? error.message : String(error) });
  }
}

/** Called by JSON.stringify with the object that holds `name`; it has turned `value` into a plain one already. */
function plain(this: unknown, name: string, value: unknown): unknown {
  const given: unknown = typeof this === 'object' && this !== null ? Reflect.get(this, name) : value;
  if (typeof given === 'bigint') return String(given);
  if (!Buffer.isBuffer(given)) return value;
  const text = given.toString('utf8');
  return Buffer.from(text, 'utf8').equals(given) ? text : { base64: given.toString('base64') };
}
