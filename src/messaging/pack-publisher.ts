import type { LogRecord } from '../log/log-record';
import { MAX_PACK_BYTES, MAX_PACK_RECORDS, packLine } from '../log/pack';
import type { Severity } from '../log/severity';
import { PackBody } from './pack-body';
import { type Packs, RecordPublisher } from './record-publisher';
import type { SealedPack } from './sealed-pack';
import { PackBudget } from './pack-budget';

/** Sends one pack; resolves once the broker has confirmed it, however often it must be tried. Rejects only at a stop. */
export type SendPack = (pack: SealedPack) => Promise<void>;

export interface PackLimits {
  /** How long a pack that is not full waits, ms. */
  readonly lingerMs: number;
  /** Characters of packs, open and unconfirmed, beyond which the publisher is full. */
  readonly maxInFlightBytes: number;
}

/** A pack that still takes records. */
interface OpenPack {
  readonly service: string;
  readonly severity: Severity;
  readonly openedAt: number;
  readonly body: PackBody;
  count: number;
  readonly confirmed: Promise<void>;
  readonly settle: { resolve: () => void; reject: (error: unknown) => void };
}

/** With this many packs unconfirmed, packs that are not full keep filling: small ones cost the broker the most. */
const BUSY_UNCONFIRMED = 20;
/** After so many linger times a pack leaves whatever the {@link PackBudget} says. */
const PATIENCE = 10;

/**
 * Gathers records into packs, one open pack a service and severity. A pack leaves when it is full; or after the linger
 * time, the oldest first, as far as the {@link PackBudget} goes and fewer than {@link BUSY_UNCONFIRMED} packs are
 * unconfirmed. So it is quick while little happens, and sends large packs under load, however many services there are.
 */
export class PackPublisher extends RecordPublisher {
  /** In the order of opening, so the first is the oldest. */
  private readonly open = new Map<string, OpenPack>();
  private readonly roomWaiters: (() => void)[] = [];
  private unconfirmed = 0;
  /** Groups of packs of which not all are sent yet. */
  private unsent = 0;
  private inFlight = 0;
  private timer: NodeJS.Timeout | null = null;
  private idleWaiters: (() => void)[] = [];
  private readonly budget: PackBudget;

  constructor(
    private readonly send: SendPack,
    private readonly limits: PackLimits,
    private readonly connected: () => boolean,
    /** Of a clock that is never set. */
    private readonly nowMs: () => number,
  ) {
    super();
    this.budget = new PackBudget(nowMs());
  }

  override get isConnected(): boolean {
    return this.connected();
  }

  override get isFull(): boolean {
    return this.inFlight >= this.limits.maxInFlightBytes;
  }

  override whenRoom(): Promise<void> {
    return this.isFull ? new Promise((resolve) => this.roomWaiters.push(resolve)) : Promise.resolve();
  }

  /** Not async: that would keep the records until the last confirm. */
  override publish(records: readonly LogRecord[]): Promise<void> {
    const packs = new Set<OpenPack>();
    for (const record of records) packs.add(this.add(record));
    return Promise.all(Array.from(packs, written)).then(() => undefined);
  }

  /** Not async, for the same reason. */
  override publishPacks(packs: Packs): Promise<void> {
    return this.sendAll(packs).then((confirms) => Promise.all(confirms).then(() => undefined));
  }

  /** Packs that were sent and are not confirmed yet. */
  get unconfirmedPacks(): number {
    return this.unconfirmed;
  }

  /** Sends every open pack now and resolves once nothing is unconfirmed. */
  flush(): Promise<void> {
    for (const [key, pack] of this.open) this.seal(key, pack);
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private add(record: LogRecord): OpenPack {
    const key = `${record.severity} ${record.service}`;
    const pack = this.open.get(key) ?? this.openPack(key, record);
    const line = packLine(record);
    pack.body.append(line);
    pack.count++;
    this.inFlight += line.length;
    if (pack.count >= MAX_PACK_RECORDS || pack.body.characters >= MAX_PACK_BYTES) this.seal(key, pack);
    return pack;
  }

  private openPack(key: string, { service, severity }: LogRecord): OpenPack {
    let settle: OpenPack['settle'] | undefined;
    const confirmed = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
    confirmed.catch(() => undefined); // whoever waits sees the rejection; a sender that stopped waiting need not
    if (settle === undefined) throw new Error('a promise runs its executor at once');
    const pack: OpenPack = {
      service,
      severity,
      openedAt: this.nowMs(),
      body: new PackBody(),
      count: 0,
      confirmed,
      settle,
    };
    this.open.set(key, pack);
    this.timer ??= setTimeout(() => this.sealDue(), this.limits.lingerMs);
    return pack;
  }

  private sealDue(): void {
    this.timer = null;
    const now = this.nowMs();
    for (const [key, pack] of this.open) {
      if (this.unconfirmed >= BUSY_UNCONFIRMED) return; // a confirm brings us back
      const wait = this.waitOf(pack, now);
      if (wait > 0) {
        this.timer = setTimeout(() => this.sealDue(), wait);
        return;
      }
      this.seal(key, pack);
    }
  }

  /** How long a pack that is not full still waits, ms. */
  private waitOf({ openedAt }: OpenPack, now: number): number {
    const { lingerMs } = this.limits;
    const linger = openedAt + lingerMs - now;
    return linger > 0 ? linger : Math.min(this.budget.waitMs(now), Math.max(0, openedAt + lingerMs * PATIENCE - now));
  }

  private seal(key: string, pack: OpenPack): void {
    this.open.delete(key);
    this.budget.take();
    this.unconfirmed++;
    const { service, severity, count, body, settle } = pack;
    void this.send({ service, severity, count, body: body.bytes, id: null })
      .then(settle.resolve, settle.reject)
      .finally(() => this.settled(body.characters));
  }

  /** Resolves once all are on their way, with what tells of each. */
  private async sendAll(packs: Packs): Promise<Promise<void>[]> {
    const confirms: Promise<void>[] = [];
    this.unsent++;
    try {
      for await (const pack of packs) confirms.push(this.sendNow(pack));
    } finally {
      this.unsent--;
      this.tellIfIdle();
    }
    return confirms;
  }

  private sendNow(pack: SealedPack): Promise<void> {
    this.budget.take();
    this.unconfirmed++;
    this.inFlight += pack.body.length;
    const confirmed = this.send(pack).finally(() => this.settled(pack.body.length));
    confirmed.catch(() => undefined); // whoever waits sees the rejection, though perhaps a turn later
    return confirmed;
  }

  private settled(characters: number): void {
    this.unconfirmed--;
    this.inFlight -= characters;
    if (!this.isFull) for (const resume of this.roomWaiters.splice(0)) resume();
    if (this.timer === null && this.open.size > 0) this.sealDue();
    this.tellIfIdle();
  }

  private get isIdle(): boolean {
    return this.unconfirmed === 0 && this.unsent === 0;
  }

  private tellIfIdle(): void {
    if (this.isIdle) for (const resume of this.idleWaiters.splice(0)) resume();
  }
}

function written({ body, confirmed }: OpenPack): Promise<void> {
  body.write();
  return confirmed;
}
