/** A binary heap: `top` is what comes first by `compare`. */
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly compare: (a: T, b: T) => number) {}

  get top(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    this.items.push(item);
    this.rise(this.items.length - 1);
  }

  /** Takes the top away. */
  pop(): T | undefined {
    const top = this.items[0];
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) {
      this.items[0] = last;
      this.sink();
    }
    return top;
  }

  /** To be called when the top has changed, so that it finds its new place. */
  sink(): void {
    const item = this.items[0];
    if (item === undefined) return;
    let place = 0;
    for (;;) {
      const child = this.firstChild(place);
      const other = this.items[child];
      if (other === undefined || this.compare(item, other) <= 0) break;
      this.items[place] = other;
      place = child;
    }
    this.items[place] = item;
  }

  private firstChild(place: number): number {
    const left = this.items[2 * place + 1];
    const right = this.items[2 * place + 2];
    if (left === undefined || right === undefined) return 2 * place + 1;
    return this.compare(right, left) < 0 ? 2 * place + 2 : 2 * place + 1;
  }

  private rise(from: number): void {
    const item = this.items[from];
    if (item === undefined) return;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.items[parent];
      if (other === undefined || this.compare(other, item) <= 0) break;
      this.items[place] = other;
      place = parent;
    }
    this.items[place] = item;
  }
}
