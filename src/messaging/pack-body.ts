const FIRST_BYTES = 4 * 1024;

/**
 * The bytes of a pack while it fills. They are kept outside V8's heap: as strings they would outlive several collections
 * of young objects, each of which copies them, and then wait for one of the whole heap.
 */
export class PackBody {
  private buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private length = 0;

  append(text: string): void {
    const end = this.length + Buffer.byteLength(text);
    if (end > this.buffer.length) this.growTo(end);
    this.length += this.buffer.write(text, this.length);
  }

  /** All that was appended. Nothing may be appended afterwards. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private growTo(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
