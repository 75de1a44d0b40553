import { Registry } from 'prom-client';
import { pino } from 'pino';
import { ExpiryModule } from '../../src/expiry/expiry.module';
import { ReceiptLedger } from '../../src/expiry/receipt-ledger';
import { ReceiptPages } from '../../src/expiry/receipt-pages';
import type { FullReceipt } from '../../src/expiry/receipt';
import { EVERYTHING } from '../../src/log/log-query';
import type { LogRecord } from '../../src/log/log-record';
import type { RetentionPolicy } from '../../src/log/retention-policy';
import { NO_RULES } from '../../src/log/retention-rules';
import type { Clock } from '../../src/log/timestamp';
import { RetentionRunner, type RunnerParts } from '../../src/modules/retention/retention-runner';
import { ChunkCollection } from '../../src/storage/chunk-collection';
import { ChunkExpiry } from '../../src/storage/expire';
import { Leases } from '../../src/storage/leases';
import { ReadBudget } from '../../src/storage/read-budget';
import { LogReader } from '../../src/storage/read-logs';
import { StoreDatabase } from '../../src/storage/store-database';
import { RetentionEvents } from '../../src/telemetry/retention-events';
import { Telemetry } from '../../src/telemetry/telemetry';
import { TestDatabase } from './database';
import { chunksOf } from './search-store';
import { openStorage, type Storage } from './storage';

/** What a runner does in steps; a test puts its own in between. */
export type RunnerPorts = Pick<RunnerParts, 'chunks' | 'ledger' | 'leases'>;

/** A store in a database of the test's own, filled without a collector, and runners of retention over it. Close it. */
export class RetentionStore {
  /** What the runners logged: a JSON line each. */
  readonly logged: string[] = [];

  private constructor(
    readonly test: TestDatabase,
    readonly storage: Storage,
  ) {}

  static async open(uri?: string): Promise<RetentionStore> {
    const test = await TestDatabase.create(uri);
    return new RetentionStore(test, await openStorage(test.uri, {}, [], [ExpiryModule]));
  }

  get chunks(): ChunkCollection['native'] {
    return this.storage.get(ChunkCollection).native;
  }

  get ports(): RunnerPorts {
    return {
      chunks: this.storage.get(ChunkExpiry),
      ledger: this.storage.get(ReceiptLedger),
      leases: this.storage.get(Leases),
    };
  }

  /** As the retention role has it; each stands for a process. */
  runner(policy: RetentionPolicy, clock: Clock, given: Partial<RunnerParts> = {}): RetentionRunner {
    const log = pino({ level: 'trace' }, { write: (line: string) => this.logged.push(line) });
    const events = new RetentionEvents(new Telemetry(log, new Registry()));
    return new RetentionRunner({ ...this.ports, events, policy, clock, ...given });
  }

  async add(records: readonly LogRecord[]): Promise<void> {
    const chunks = chunksOf(records);
    if (chunks.length > 0) await this.chunks.insertMany(chunks, { writeConcern: { w: 'majority' } });
  }

  /** As it was at first. */
  async clear(): Promise<void> {
    for (const name of ['chunks', 'retention_receipts', 'retention_receipt_groups', 'leases']) {
      await this.test.db.collection(name).deleteMany({}, { writeConcern: { w: 'majority' } });
    }
  }

  /** The bodies of everything that a search finds, in order. */
  async found(policy: RetentionPolicy, clock: Clock): Promise<string[]> {
    const retention = { cron: '', days: policy.days, rules: policy.rules ?? NO_RULES };
    const reader = new LogReader(
      this.storage.get(StoreDatabase),
      this.storage.get(ChunkCollection),
      { retention },
      clock,
    );
    const budget = new ReadBudget(clock, 30_000_000, new AbortController().signal);
    const range = { from: 0, to: null };
    const query = { filter: EVERYTHING, range, order: 'asc', position: null, limit: 5_000 } as const;
    return (await reader.page(query, budget)).records.map(({ body }) => body);
  }

  /** Every receipt, oldest first. */
  async receipts(): Promise<FullReceipt[]> {
    const { receipts } = await this.storage.get(ReceiptPages).list({ limit: 1_000, cursor: null });
    return [...receipts].reverse();
  }

  async close(): Promise<void> {
    await this.storage.close();
    await this.test.close();
  }
}
