import type { Part } from '../../log/decode-message';
import type { LogRecord } from '../../log/log-record';
import type { Reject } from '../../log/reject';
import { hourOf } from '../../log/timestamp';
import type { WireMessage } from '../../log/wire-message';
import type { Chunk } from '../../storage/chunk';
import type { HeldMessage } from './held-message';

/** What will be one chunk, and the messages that wait for it. */
interface Unit {
  readonly chunk: Chunk;
  readonly messages: readonly WireMessage[];
  /** Of each message, where they are several. */
  readonly singles: readonly LogRecord[];
}

/** A reject with the message that it was found in. */
export interface RejectedFrom {
  readonly message: WireMessage;
  readonly reject: Reject;
}

/** What storing a chunk came to; anything else is thrown and passes: it may be tried again. */
export type ChunkOutcome = { readonly isStored: true } | { readonly isStored: false; readonly why: string };

/** Where the collector's work ends up. What rejects because the store cannot be reached may be called again, without harm. */
export interface GatherStore {
  /** The part as a chunk with its id. */
  encode(part: Part): Chunk;
  /** Durable for every chunk that is stored, also when an earlier try or another collector had stored it before. */
  append(chunks: readonly Chunk[]): Promise<readonly ChunkOutcome[]>;
  /** Makes dead letters with their ids. What comes back writes them: durable; one that is there already is left as it is. */
  prepareRejects(rejects: readonly RejectedFrom[]): () => Promise<void>;
}

/**
 * Makes everything in the gather durable: records as chunks, rejects as dead letters. What the store refuses for good
 * is tried alone, message by message, and then becomes a dead letter; the rest is not touched by it.
 */
export async function writeGather(gather: readonly HeldMessage[], store: GatherStore, retry: Retry): Promise<void> {
  const units = unitsOf(gather, store);
  const refused = await storeOrSplit(units, store, retry);
  const rejects = [...gather.flatMap(rejectsOf), ...refused];
  if (rejects.length > 0) await retry(store.prepareRejects(rejects));
}

/** Runs until it succeeds, waiting between tries while the store is away. Rejects when that takes too long. */
export type Retry = <T>(attempt: () => Promise<T>) => Promise<T>;

async function storeOrSplit(units: readonly Unit[], store: GatherStore, retry: Retry): Promise<RejectedFrom[]> {
  if (units.length === 0) return [];
  const chunks = units.map(({ chunk }) => chunk);
  const outcomes = await retry(() => store.append(chunks));
  const refused: RejectedFrom[] = [];
  for (const [i, unit] of units.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined || outcome.isStored) continue;
    const [message] = unit.messages;
    if (unit.messages.length > 1) refused.push(...(await storeOrSplit(oneByOne(unit, store), store, retry)));
    else if (message !== undefined) refused.push({ message, reject: refusal(message, outcome.why) });
  }
  return refused;
}

function refusal(message: WireMessage, why: string): Reject {
  return { index: -1, reason: 'store_refused', message: why, bytes: message.body };
}

function oneByOne({ singles, messages }: Unit, store: GatherStore): Unit[] {
  return singles.map((record, i) => sharedUnit({ records: [record], messages: messages.slice(i, i + 1) }, store));
}

function rejectsOf({ message, content }: HeldMessage): RejectedFrom[] {
  return content.rejects.map((reject) => ({ message, reject }));
}

/** Single records that will be one chunk, each with its message. */
interface Shared {
  readonly records: LogRecord[];
  readonly messages: WireMessage[];
}

/** Parts with an id stay alone; single records without one are put together by service, severity and hour. */
function unitsOf(gather: readonly HeldMessage[], store: GatherStore): Unit[] {
  const units: Unit[] = [];
  const shared = new Map<string, Shared>();
  for (const { message, content } of gather) {
    for (const chunk of content.chunks) units.push({ chunk, messages: [message], singles: [] });
    for (const record of content.singles) addShared(shared, record, message);
  }
  return units.concat(Array.from(shared.values(), (each) => sharedUnit(each, store)));
}

function addShared(shared: Map<string, Shared>, record: LogRecord, message: WireMessage): void {
  const key = `${hourOf(record.timestamp)} ${record.severity} ${record.service}`;
  const each = shared.get(key) ?? { records: [], messages: [] };
  shared.set(key, each);
  each.records.push(record);
  each.messages.push(message);
}

function sharedUnit({ records, messages }: Shared, store: GatherStore): Unit {
  return { chunk: store.encode({ id: null, records }), messages, singles: records };
}
