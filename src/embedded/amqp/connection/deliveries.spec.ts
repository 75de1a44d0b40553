import { Message } from '../broker/message';
import type { Queue } from '../broker/queue';
import { Deliveries, type Delivery } from './deliveries';

const message = new Message('', 'q', Buffer.from([0, 0]), Buffer.from('body'), false);
const queue = {} as Queue; // only handed on
const delivery = (position: number): Delivery => ({
  item: { message, position, expiresAt: Infinity, redelivered: false, returns: 0 },
  queue,
});
const positions = (deliveries: Delivery[]): number[] => deliveries.map(({ item }) => item.position);

/** With the tags 1 to 6, of which 3 needs no answer. */
function some(): Deliveries {
  const deliveries = new Deliveries();
  for (const tag of [1, 2]) expect(deliveries.add(delivery(tag))).toBe(tag);
  expect(deliveries.skip()).toBe(3);
  for (const tag of [4, 5, 6]) expect(deliveries.add(delivery(tag))).toBe(tag);
  return deliveries;
}

it.each<[string, number, boolean, number[], number[]]>([
  ['one', 4, false, [4], [1, 2, 5, 6]],
  ['all up to one', 4, true, [1, 2, 4], [5, 6]],
  ['all', 0, true, [1, 2, 4, 5, 6], []],
])('settles %s', (_, tag, multiple, settled, left) => {
  const deliveries = some();
  expect(positions(deliveries.settle(tag, multiple))).toEqual(settled);
  expect(positions(deliveries.takeAll())).toEqual(left);
});

it.each([
  ['that needs no answer', 3, false],
  ['that needs no answer, with all before', 3, true],
  ['that was never given', 7, true],
  ['0, alone', 0, false],
])('refuses a tag %s', (_, tag, multiple) => {
  expect(() => some().settle(tag, multiple)).toThrow(`PRECONDITION_FAILED - unknown delivery tag ${tag}`);
});

it('refuses a tag for the second time', () => {
  const deliveries = some();
  deliveries.settle(2, true);
  expect(() => deliveries.settle(1, false)).toThrow('unknown delivery tag 1');
});
