import fc from 'fast-check';
import { Message, type QueuedMessage } from './message';
import { ReadyMessages } from './ready-messages';

const item = (position: number): QueuedMessage => ({
  message: new Message('', 'q', Buffer.alloc(2), Buffer.alloc(position % 7), false),
  position,
  expiresAt: Infinity,
  redelivered: false,
  returns: 0,
});
const positions = (ready: ReadyMessages): number[] => [...ready].map(({ position }) => position);

describe('ReadyMessages', () => {
  it('gives out the lowest position first, whatever came back in which order', () => {
    const steps = fc.array(fc.oneof(fc.constant('push' as const), fc.constant('shift' as const), fc.nat()), {
      maxLength: 200,
    });
    const property = fc.property(steps, (run) => {
      const ready = new ReadyMessages(true);
      const inside = new Set<QueuedMessage>();
      const out: QueuedMessage[] = [];
      let next = 0;
      for (const step of run) {
        if (step === 'push') {
          const pushed = item(next++);
          ready.push(pushed);
          inside.add(pushed);
        } else if (step === 'shift') {
          const lowest = [...inside].sort((a, b) => a.position - b.position)[0];
          expect(ready.first()).toBe(lowest);
          expect(ready.shift()).toBe(lowest);
          if (lowest) out.push(lowest);
          if (lowest) inside.delete(lowest);
        } else {
          const [returned] = out.splice(step % Math.max(out.length, 1), 1);
          if (returned) ready.putBack(returned);
          if (returned) inside.add(returned);
        }
        expect(ready.length).toBe(inside.size);
        expect(ready.bodyBytes).toBe([...inside].reduce((sum, { message }) => sum + message.body.length, 0));
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('keeps the order of coming back where places are not kept', () => {
    const ready = new ReadyMessages(false);
    for (const position of [0, 1, 2, 3]) ready.push(item(position));
    const taken = [ready.shift(), ready.shift(), ready.shift()];
    for (const i of [2, 0, 1]) {
      const returned = taken[i];
      if (returned) ready.putBack(returned);
    }
    expect(positions(ready)).toEqual([2, 0, 1, 3]);
  });

  it('gives the memory of its emptied front back', () => {
    const ready = new ReadyMessages(true);
    for (let position = 0; position < 5_000; position++) {
      ready.push(item(position));
      if (position >= 10) ready.shift();
    }
    expect(positions(ready)).toEqual([4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999]);
  });
});
