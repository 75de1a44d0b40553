import type { LogRecord } from '../../src/log/log-record';
import type { PackKey } from '../../src/log/pack-key';
import { KeyedPacks } from '../../src/messaging/keyed-packs';
import { RecordPublisher } from '../../src/messaging/record-publisher';

/** What a publish comes to: confirmed at once, never, or refused because the process stops. */
type Outcome = 'confirmed' | 'unconfirmed' | 'stopped';

/** Stands for the broker where a test is about what is handed over. Refuses to publish once told that nothing may be. */
export class RecordingPublisher extends RecordPublisher {
  isConnected = true;
  outcome: Outcome = 'confirmed';
  mayPublish = true;
  /** Everything that was handed over, in order. */
  readonly records: LogRecord[] = [];
  /** How many records each call of publish brought. */
  readonly calls: number[] = [];
  /** The ids of all packs of keyed groups, in the order of their calls, repeats included. */
  readonly keyedPackIds: string[] = [];
  private full = false;
  private readonly waiting: (() => void)[] = [];

  override get isFull(): boolean {
    return this.full;
  }

  fill(): void {
    this.full = true;
  }

  makeRoom(): void {
    this.full = false;
    for (const resume of this.waiting.splice(0)) resume();
  }

  override whenRoom(): Promise<void> {
    return this.full ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  override async publish(records: readonly LogRecord[]): Promise<void> {
    if (!this.mayPublish) throw new Error(`unexpected: publish of ${records.length} records`);
    this.records.push(...records);
    this.calls.push(records.length);
    if (this.outcome === 'stopped') throw new Error('the process stops');
    if (this.outcome === 'unconfirmed') await new Promise<never>(() => undefined);
  }

  override async publishKeyed(key: PackKey, records: readonly LogRecord[]): Promise<void> {
    const packs = new KeyedPacks(key);
    const full = records.map((record) => packs.add(record));
    for (const pack of [...full, ...packs.rest()]) if (pack?.id != null) this.keyedPackIds.push(pack.id);
    await this.publish(records);
  }
}
