import { Binary } from 'bson';
import { Store } from '../store/store';
import { SESSION_MINUTES, Sessions } from './sessions';

const LSID = { id: new Binary(Buffer.alloc(16, 1), Binary.SUBTYPE_UUID) };
let now: number;
let sessions: Sessions;
let store: Store;
beforeEach(() => {
  now = 1_000_000;
  sessions = new Sessions(() => now);
  store = new Store(() => new Date(now));
});

it('gives up a transaction that is open for more than a minute', async () => {
  const session = sessions.of(LSID);
  const { ended } = session.start(1, store, now);
  now += 60_000;
  sessions.sweep();
  session.continue(1);
  now += 1;
  sessions.sweep();
  await ended;
  expect(() => session.continue(1)).toThrow('has been aborted');
});

it('forgets a session that is not heard of, with its transaction', async () => {
  const { ended } = sessions.of(LSID).start(1, store, now + SESSION_MINUTES * 60_000);
  now += SESSION_MINUTES * 60_000 + 1;
  sessions.sweep();
  await ended;
  expect(sessions.end([LSID])).toEqual([]);
});

it('carries a numbered write out once, but again when it failed', async () => {
  const session = sessions.of(LSID);
  let runs = 0;
  const write = async (): Promise<{ n: number }> => {
    if (++runs === 1) throw new Error('fails');
    return { n: runs };
  };
  await expect(session.once(1, write)).rejects.toThrow('fails');
  const both = [session.once(1, write), session.once(1, write)];
  expect(await Promise.all(both)).toEqual([{ n: 2 }, { n: 2 }]);
  expect(await session.once(2, write)).toEqual({ n: 3 });
  expect(() => session.once(1, write)).toThrow('a newer transaction 2');
});

it('goes from open to committed or aborted, and no further', () => {
  const session = sessions.of(LSID);
  session.start(1, store, now);
  session.commit(1);
  session.commit(1);
  expect(() => session.abort(1)).toThrow('has been committed');
  session.start(2, store, now);
  expect(() => session.start(2, store, now)).toThrow('same number');
  session.abort(2);
  expect(() => session.commit(2)).toThrow('has been aborted');
  expect(() => session.continue(3)).toThrow('does not match any in-progress');
  expect(() => session.start(1, store, now)).toThrow('a newer transaction 2');
});
