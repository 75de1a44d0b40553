import fc from 'fast-check';
import { Heap } from './read-heap';

it('gives what is in it in order, whatever is put in, taken out and changed meanwhile', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), value: fc.nat(50) }),
    fc.record({ kind: fc.constant('pop' as const), value: fc.constant(0) }),
    fc.record({ kind: fc.constant('grow' as const), value: fc.nat(50) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new Heap<{ n: number }>((a, b) => a.n - b.n);
      const model: number[] = [];
      for (const { kind, value } of steps) {
        if (kind === 'push') {
          heap.push({ n: value });
          model.push(value);
        } else if (kind === 'pop') {
          expect(heap.pop()?.n).toBe(model.shift());
        } else if (heap.top !== undefined) {
          heap.top.n += value;
          heap.sink();
          model[0] = (model[0] ?? 0) + value;
        }
        model.sort((a, b) => a - b);
        expect(heap.top?.n).toBe(model[0]);
      }
    }),
  );
});
