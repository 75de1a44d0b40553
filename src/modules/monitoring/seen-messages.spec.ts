import { v7 as uuidv7 } from 'uuid';
import type { WireMessage } from '../../log/wire-message';
import { SeenMessages } from './seen-messages';

const message = (messageId?: string): WireMessage => ({
  body: Buffer.from(''),
  routingKey: 'shop.error',
  headers: {},
  messageId,
});

it('counts a message once, however its id is spelt', () => {
  const seen = new SeenMessages();
  const id = uuidv7();
  expect([id, uuidv7(), id, id.toUpperCase()].map((one) => seen.isNew(message(one)))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it.each([undefined, 'trace', '00000000-0000-0000-0000-000000000000'])('counts every message with the id %s', (id) => {
  const seen = new SeenMessages();
  expect([seen.isNew(message(id)), seen.isNew(message(id))]).toEqual([true, true]);
});

it('remembers as many as it says, and not for ever', () => {
  const seen = new SeenMessages(10);
  const ids = Array.from({ length: 31 }, () => uuidv7());
  for (const id of ids) seen.isNew(message(id));
  expect(ids.slice(-10).map((id) => seen.isNew(message(id)))).toEqual(new Array(10).fill(false));
  expect(seen.isNew(message(ids[0]))).toBe(true);
});
