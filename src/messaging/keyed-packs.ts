import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogRecord } from '../log/log-record';
import { MAX_PACK_BYTES, MAX_PACK_RECORDS, packLine } from '../log/pack';
import { packIdOf, type PackKey } from '../log/pack-key';
import type { Severity } from '../log/severity';
import { PackBody } from './pack-body';
import type { SealedPack } from './sealed-pack';

interface Growing {
  readonly service: string;
  readonly severity: Severity;
  /** Its place among the packs of its service and severity. */
  number: number;
  body: PackBody;
  count: number;
}

/** After so many records others get their turn. */
const TURN_RECORDS = 2_000;

/**
 * Divides the records of one key into packs. Where one ends depends on the records alone, never on when they come: on
 * this rests that a second try makes the same packs, so what decides it here must stay as it is.
 */
export class KeyedPacks {
  private readonly growing = new Map<string, Growing>();

  constructor(private readonly key: PackKey) {}

  /** The pack that the record made full, if it did. */
  add(record: LogRecord): SealedPack | null {
    const pack = this.packFor(record);
    pack.body.append(packLine(record));
    pack.count++;
    return pack.count >= MAX_PACK_RECORDS || pack.body.characters >= MAX_PACK_BYTES ? this.seal(pack) : null;
  }

  /** The packs that are not full, in the order of their first records' keys. Nothing may be added afterwards. */
  rest(): SealedPack[] {
    return [...this.growing.values()].filter(({ count }) => count > 0).map((pack) => this.seal(pack));
  }

  private packFor({ service, severity }: LogRecord): Growing {
    const name = `${severity} ${service}`;
    const known = this.growing.get(name);
    if (known !== undefined) return known;
    const pack = { service, severity, number: 0, body: new PackBody(), count: 0 };
    this.growing.set(name, pack);
    return pack;
  }

  private seal(pack: Growing): SealedPack {
    const { service, severity, count, number } = pack;
    const id = packIdOf(this.key, service, severity, number);
    const sealed = { service, severity, count, body: pack.body.bytes, id };
    pack.number++;
    pack.body = new PackBody();
    pack.count = 0;
    return sealed;
  }
}

/** The packs of records that are at hand, each as soon as it is full. */
export async function* keyedPacksOf(key: PackKey, records: readonly LogRecord[]): AsyncGenerator<SealedPack, void> {
  const packs = new KeyedPacks(key);
  for (const [i, record] of records.entries()) {
    if (i % TURN_RECORDS === TURN_RECORDS - 1) await nextTurn();
    const full = packs.add(record);
    if (full !== null) yield full;
  }
  yield* packs.rest();
}
