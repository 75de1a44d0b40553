import { Message } from './message';

describe('a message', () => {
  it.each([0, 1, 100, 5_000])('of %p bytes keeps no other memory than its own', (length) => {
    const part = (): Buffer => Buffer.from(Buffer.alloc(10_000, 'x').subarray(0, length));
    const { properties, body } = new Message('', 'q', part(), part(), false);
    for (const bytes of [properties, body]) {
      expect(bytes.equals(part())).toBe(true);
      expect(bytes.buffer.byteLength).toBe(length);
    }
  });

  it('copies nothing that is its own already', () => {
    const first = new Message('', 'q', Buffer.from([0, 0]), Buffer.from('text'), false);
    const second = new Message('', 'q', first.properties, first.body, false);
    expect(second.body).toBe(first.body);
  });
});
