import type { LogRecord } from '../../src/log/log-record';
import { decodePack } from '../../src/log/pack';
import { type Packs, RecordPublisher } from '../../src/messaging/record-publisher';
import type { SealedPack } from '../../src/messaging/sealed-pack';

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

  override async publishPacks(packs: Packs): Promise<void> {
    const records: LogRecord[] = [];
    for await (const pack of packs) {
      if (pack.id !== null) this.keyedPackIds.push(pack.id);
      records.push(...recordsOf(pack));
    }
    await this.publish(records);
  }
}

function recordsOf({ service, severity, body }: SealedPack): LogRecord[] {
  return decodePack(body).records.map((record) => {
    if (record.timestamp === null) throw new Error('a packed record without a time');
    return { ...record, timestamp: record.timestamp, service, severity };
  });
}
