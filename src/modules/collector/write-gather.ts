import type { Part } from '../../log/decode-message';
import type { LogRecord } from '../../log/log-record';
import type { Reject } from '../../log/reject';
import { hourOf } from '../../log/timestamp';
import type { WireMessage } from '../../log/wire-message';
import type { HeldMessage } from './held-message';

/** Records that will be one chunk, and the messages that wait for it. */
export interface Unit {
  readonly part: Part;
  readonly messages: readonly WireMessage[];
}

/** A reject with the message that it was found in. */
export interface RejectedFrom {
  readonly message: WireMessage;
  readonly reject: Reject;
}

/** What storing a unit came to; anything else is thrown and passes: it may be tried again. */
export type UnitOutcome = { readonly isStored: true } | { readonly isStored: false; readonly why: string };

/**
 * Where the collector's work ends up. What is to be written is made once, with its ids; the function that comes back
 * writes it, rejects when the store cannot be reached, and does no harm when it is called again.
 */
export interface GatherStore {
  /** Durable for every unit that is stored, also when an earlier try or another collector had stored it before. */
  prepareUnits(units: readonly Unit[]): () => Promise<readonly UnitOutcome[]>;
  /** Durable; a reject that is there already is left as it is. */
  prepareRejects(rejects: readonly RejectedFrom[]): () => Promise<void>;
}

/**
 * Makes everything in the gather durable: records as chunks, rejects as dead letters. What the store refuses for good
 * is tried alone, message by message, and then becomes a dead letter; the rest is not touched by it.
 */
export async function writeGather(gather: readonly HeldMessage[], store: GatherStore, retry: Retry): Promise<void> {
  const units = unitsOf(gather);
  const refused = await storeOrSplit(units, store, retry);
  const rejects = [...gather.flatMap(rejectsOf), ...refused];
  if (rejects.length > 0) await retry(store.prepareRejects(rejects));
}

/** Runs until it succeeds, waiting between tries while the store is away. Rejects when that takes too long. */
export type Retry = <T>(attempt: () => Promise<T>) => Promise<T>;

async function storeOrSplit(units: readonly Unit[], store: GatherStore, retry: Retry): Promise<RejectedFrom[]> {
  if (units.length === 0) return [];
  const outcomes = await retry(store.prepareUnits(units));
  const refused: RejectedFrom[] = [];
  for (const [i, unit] of units.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined || outcome.isStored) continue;
    const [message] = unit.messages;
    if (unit.messages.length > 1) refused.push(...(await storeOrSplit(oneByOne(unit), store, retry)));
    else if (message !== undefined) refused.push({ message, reject: refusal(message, outcome.why) });
  }
  return refused;
}

function refusal(message: WireMessage, why: string): Reject {
  return { index: -1, reason: 'store_refused', message: why, bytes: message.body };
}

function oneByOne({ part, messages }: Unit): Unit[] {
  return part.records.map((record, i) => ({
    part: { id: null, records: [record] },
    messages: messages.slice(i, i + 1),
  }));
}

function rejectsOf({ message, decoded }: HeldMessage): RejectedFrom[] {
  return decoded.rejects.map((reject) => ({ message, reject }));
}

/** Parts with an id stay alone; single records without one are put together by service, severity and hour. */
function unitsOf(gather: readonly HeldMessage[]): Unit[] {
  const units: Unit[] = [];
  const shared = new Map<string, { part: { id: null; records: LogRecord[] }; messages: WireMessage[] }>();
  for (const { message, decoded } of gather) {
    for (const part of decoded.parts) {
      if (part.id !== null) units.push({ part, messages: [message] });
      else for (const record of part.records) addShared(shared, record, message);
    }
  }
  return units.concat(Array.from(shared.values()));
}

function addShared(
  shared: Map<string, { part: { id: null; records: LogRecord[] }; messages: WireMessage[] }>,
  record: LogRecord,
  message: WireMessage,
): void {
  const key = `${hourOf(record.timestamp)} ${record.severity} ${record.service}`;
  const unit = shared.get(key) ?? { part: { id: null, records: [] }, messages: [] };
  shared.set(key, unit);
  unit.part.records.push(record);
  unit.messages.push(message);
}
