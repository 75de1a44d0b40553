import fc from 'fast-check';
import { PackBody } from './pack-body';

describe('PackBody', () => {
  it('is empty before anything was appended', () => {
    expect(new PackBody().bytes).toEqual(Buffer.alloc(0));
  });

  it('holds all that was appended, as UTF-8', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.tuple(fc.constantFrom('x', 'ü', '日', '🦊'), fc.nat(10_000)).map(([unit, count]) => unit.repeat(count)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 10 }), (texts) => {
        const body = new PackBody();
        for (const [i, each] of texts.entries()) {
          body.append(each);
          if (i % 3 === 0) body.write();
        }
        expect(body.characters).toBe(texts.join('').length);
        expect(body.bytes.equals(Buffer.from(texts.join('')))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
