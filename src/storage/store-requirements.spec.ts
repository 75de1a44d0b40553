import { checkRequirements, StoreUnsuitable } from './store-requirements';

const check = (hello: object) => checkRequirements({ command: () => Promise.resolve(hello) });
const PRIMARY = { maxWireVersion: 17, setName: 'rs0', isWritablePrimary: true };

it.each([
  ['a primary', PRIMARY],
  ['a router of shards', { maxWireVersion: 17, msg: 'isdbgrid', isWritablePrimary: true }],
  ['MongoDB 5.0', { ...PRIMARY, maxWireVersion: 13 }],
])('accepts %s', async (_caption, hello) => {
  await expect(check(hello)).resolves.toBeUndefined();
});

it.each([
  ['MongoDB 4.4', { ...PRIMARY, maxWireVersion: 9 }, 'MONGODB_URI: this MongoDB is older than 5.0'],
  [
    'one that stands alone',
    { maxWireVersion: 17, isWritablePrimary: true },
    'MONGODB_URI: this MongoDB is no replica set',
  ],
])('refuses %s for good', async (_caption, hello, message) => {
  await expect(check(hello)).rejects.toThrow(StoreUnsuitable);
  await expect(check(hello)).rejects.toThrow(message);
});

it.each([
  ['not initiated', { maxWireVersion: 17, isreplicaset: true, isWritablePrimary: false }, 'rs.initiate()'],
  ['no primary', { ...PRIMARY, isWritablePrimary: false }, 'takes no writes'],
])('may pass: %s', async (_caption, hello, message) => {
  const error = await check(hello).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ message: expect.stringContaining(message) });
  expect(error).not.toBeInstanceOf(StoreUnsuitable);
});
