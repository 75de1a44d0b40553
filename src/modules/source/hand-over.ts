import type { LogRecord } from '../../log/log-record';
import type { RecordPublisher } from '../../messaging/record-publisher';
import { roomFor } from './room';

/** Hands the records of one stream to the publisher, in order and no faster than there is room for them. */
export class HandOver {
  private readonly unconfirmed = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  /**
   * @param onConfirmed called with the number of records of each slice that the broker has confirmed.
   * @param hurry once it is aborted, what is added no longer waits for room: the process stops.
   */
  constructor(
    private readonly publisher: RecordPublisher,
    private readonly onConfirmed: (records: number) => void,
    private readonly hurry: AbortSignal,
  ) {}

  /** Resolves once the publisher has them, which is before they are confirmed. */
  async add(records: readonly LogRecord[]): Promise<void> {
    if (records.length === 0) return;
    await roomFor(this.publisher, this.hurry);
    this.publish(records);
  }

  /** Resolves once everything added is confirmed; rejects when the process stops before that. */
  async allConfirmed(): Promise<void> {
    while (this.unconfirmed.size > 0) await Promise.all(this.unconfirmed);
    if (this.failure !== null) throw this.failure.error;
  }

  private publish(records: readonly LogRecord[]): void {
    const { length } = records; // what waits for the confirm must not keep the records, nor the text that they are cut from
    const confirm = this.publisher.publish(records).then(
      () => this.onConfirmed(length),
      (error: unknown) => void (this.failure ??= { error }), // told by allConfirmed
    );
    this.unconfirmed.add(confirm);
    void confirm.then(() => this.unconfirmed.delete(confirm));
  }
}
