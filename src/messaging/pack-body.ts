const FIRST_BYTES = 4 * 1024;
/** So much text is gathered before it is encoded: writing many lines at once costs little more than writing one. */
const WRITE_AT = 8 * 1024;

/**
 * The text of a pack while it fills. Its bytes are kept outside V8's heap: as strings they would outlive several
 * collections of young objects, each of which copies them, and then wait for one of the whole heap.
 */
export class PackBody {
  /** Of all that was appended: UTF-16 code units. */
  characters = 0;
  private pending = '';
  private buffer = Buffer.alloc(0);
  private length = 0;

  append(text: string): void {
    this.pending += text;
    this.characters += text.length;
    if (this.pending.length >= WRITE_AT) this.write();
  }

  /** Encodes what was appended, so that nothing of what it was cut from is kept. */
  write(): void {
    if (this.pending === '') return;
    const end = this.length + Buffer.byteLength(this.pending);
    if (end > this.buffer.length) this.growTo(end);
    this.length += this.buffer.write(this.pending, this.length);
    this.pending = '';
  }

  /** All that was appended. Nothing may be appended afterwards. */
  get bytes(): Buffer {
    this.write();
    return this.buffer.subarray(0, this.length);
  }

  private growTo(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.buffer.length * 2, FIRST_BYTES));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
