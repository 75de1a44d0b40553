import { decodeMessage, type Part } from '../../log/decode-message';
import type { WireMessage } from '../../log/wire-message';
import type { Chunk } from '../../storage/chunk';
import { newId } from '../../storage/chunk-id';
import { encodeChunk } from '../../storage/encode-chunk';
import { recordsOf } from '../../storage/open-block';
import { contentOf, HeldMessage } from './held-message';
import { type ChunkOutcome, type GatherStore, type RejectedFrom, type Retry, writeGather } from './write-gather';

const NOW = Date.UTC(2026, 10, 23, 10) * 1_000;
const PACK_ID = '019aafc6-c400-7000-8000-000000000001';
const encode = (part: Part): Chunk => encodeChunk(part, newId);
const bodiesOf = (chunk: Chunk): string[] => recordsOf(chunk).map(({ body }) => body);
const once: Retry = (attempt) => attempt();

function held(message: Partial<WireMessage>): HeldMessage {
  const whole = { body: Buffer.alloc(0), routingKey: 'shop.info', headers: {}, ...message };
  const decoded = decodeMessage(whole, { now: NOW, retention: { days: 10 } });
  return new HeldMessage(whole, contentOf(decoded, whole.body.length, encode));
}

const line = (text: string): HeldMessage => held({ body: Buffer.from(text) });
const pack = (...lines: string[]): HeldMessage =>
  held({ body: Buffer.from(lines.join('\n')), contentType: 'application/x-ndjson', messageId: PACK_ID });

/** Stores all but the chunks with a record that says `refuse`. */
class FakeStore implements GatherStore {
  readonly calls: (readonly Chunk[])[] = [];
  readonly rejects: RejectedFrom[] = [];
  readonly encode = encode;

  append(chunks: readonly Chunk[]): Promise<ChunkOutcome[]> {
    this.calls.push(chunks);
    const outcomeOf = (chunk: Chunk): ChunkOutcome =>
      bodiesOf(chunk).includes('refuse') ? { isStored: false, why: 'too odd' } : { isStored: true };
    return Promise.resolve(chunks.map(outcomeOf));
  }

  prepareRejects(rejects: readonly RejectedFrom[]) {
    return () => {
      this.rejects.push(...rejects);
      return Promise.resolve();
    };
  }

  bodiesOfCall(call: number): string[][] {
    return (this.calls[call] ?? []).map((chunk) => bodiesOf(chunk).sort()); // the order of equal times is their hashes'
  }
}

describe('writeGather', () => {
  it('puts single lines of one service, severity and hour into one unit, and keeps packs apart', async () => {
    const store = new FakeStore();
    const other = held({ body: Buffer.from('c'), routingKey: 'shop.error' });
    await writeGather([line('a'), pack(`{"t":${NOW},"b":"p"}`), line('b'), other], store, once);
    expect(store.bodiesOfCall(0)).toEqual([['p'], ['a', 'b'], ['c']]);
    expect(store.rejects).toEqual([]);
  });

  it('keeps large messages without a UUID apart too, however many wait: one chunk of all would be too large', async () => {
    const store = new FakeStore();
    const large = (text: string): HeldMessage =>
      held({ body: Buffer.from(`{"t":${NOW},"b":"${text.repeat(70_000)}"}`), contentType: 'application/x-ndjson' });
    await writeGather([large('a'), line('b'), large('c'), line('d')], store, once);
    expect(store.bodiesOfCall(0).map((bodies) => bodies.map((body) => body.slice(0, 1)))).toEqual([
      ['a'],
      ['c'],
      ['b', 'd'],
    ]);
  });

  it('turns a refused pack into a dead letter with all of its bytes, and stores the rest', async () => {
    const store = new FakeStore();
    const refused = pack(`{"t":${NOW},"b":"refuse"}`);
    await writeGather([refused, line('fine')], store, once);
    expect(store.rejects.map(({ reject }) => reject)).toEqual([
      { index: -1, reason: 'store_refused', message: 'too odd', bytes: refused.message.body },
    ]);
  });

  it('tries gathered lines one by one when their unit is refused, so that only the culprit is rejected', async () => {
    const store = new FakeStore();
    await writeGather([line('a'), line('refuse'), line('b')], store, once);
    expect(store.bodiesOfCall(1)).toEqual([['a'], ['refuse'], ['b']]);
    expect(store.rejects.map(({ reject }) => reject.bytes.toString())).toEqual(['refuse']);
  });

  it('keeps what could not be read, and writes no unit for it', async () => {
    const store = new FakeStore();
    await writeGather([line('')], store, once);
    expect(store.calls).toEqual([]);
    expect(store.rejects.map(({ reject }) => reject.reason)).toEqual(['empty']);
  });

  it('repeats a write as the retry says', async () => {
    const store = new FakeStore();
    let tries = 0;
    const twice: Retry = async (attempt) => {
      tries++;
      await attempt();
      return attempt();
    };
    await writeGather([line('a')], store, twice);
    expect([tries, store.calls.length]).toEqual([1, 2]);
    expect(store.calls[0]).toEqual(store.calls[1]);
  });
});
