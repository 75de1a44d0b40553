import { cleanService, withinLimits } from './limits';
import { type Attributes, ATTRIBUTE, emptyAttributes } from './log-record';
import type { MessageReading } from './message-reading';
import { type DecodedPack, linesOfPack, type PackedRecord } from './pack';
import { parseRoutingKey } from './routing-key';
import { DEFAULT_SEVERITY, parseSeverity, type Severity } from './severity';
import { headerText, type WireMessage } from './wire-message';

/** Puts what a pack holds into the reading of its message. Headers name service and severity, else the routing key does. */
export function readPack(message: WireMessage, pack: DecodedPack, reading: MessageReading): void {
  const { records, indexes, bad } = pack;
  for (const { index, message: text, bytes } of bad) {
    reading.reject({ index, reason: 'malformed', message: text, bytes });
  }
  const names = namesOfPack(message);
  let lines: Buffer[] | null = null;
  const lineAt = (index: number): Buffer => (lines ??= linesOfPack(message.body, pack))[index] ?? message.body;
  records.forEach((packed, i) => {
    const { timestamp } = packed;
    const isOwnTime = timestamp !== null && reading.isUsable(timestamp);
    const record = withinLimits({
      timestamp: isOwnTime ? timestamp : reading.reference,
      service: names.service,
      severity: names.severity,
      body: packed.body,
      attributes: attributesOf(packed, names.severityText, isOwnTime ? null : timestamp),
    });
    reading.add(record, isOwnTime, indexes[i] ?? i, lineAt);
  });
  checkCount(message, records.length + bad.length, reading);
}

/** Service and severity of all records of a pack, and the word that stood for an unknown severity. */
export function namesOfPack(message: WireMessage): {
  service: string;
  severity: Severity;
  severityText: string | null;
} {
  const key = parseRoutingKey(message.routingKey);
  const given = headerText(message, 'severity');
  const ofHeader = given === null ? null : parseSeverity(given);
  const unknownWord = given ?? (key.severity === null ? key.severityText : '');
  return {
    service: cleanService(headerText(message, 'service') ?? key.service ?? ''),
    severity: ofHeader ?? key.severity ?? DEFAULT_SEVERITY,
    severityText: ofHeader !== null || unknownWord === '' ? null : unknownWord,
  };
}

function attributesOf({ attributes }: PackedRecord, severityText: string | null, lostTime: number | null): Attributes {
  if (severityText === null && lostTime === null) return attributes;
  const marked = Object.assign(emptyAttributes(), attributes);
  if (severityText !== null) marked[ATTRIBUTE.severityText] = severityText;
  if (lostTime !== null) marked[ATTRIBUTE.originalTimestamp] = String(lostTime);
  return marked;
}

/** A pack that says how many records it holds and holds another number was cut or spoilt on its way: keep its bytes. */
function checkCount(message: WireMessage, found: number, reading: MessageReading): void {
  const count = headerText(message, 'count');
  if (count === null || Number(count) === found) return;
  const text = `header "count" says ${count.slice(0, 20)}, the pack holds ${found}; what could be read is stored`;
  reading.reject({ index: -1, reason: 'count_mismatch', message: text, bytes: message.body });
}
