import { Double, Int32, Long } from 'bson';
import { isNumberType, typeOf } from '../values/bson-type';
import { compareValues } from '../compare';
import { merged } from '../expressions/objects';
import { integerOf, worthOf } from '../values/numbers';
import { valueKey } from '../value-key';

/** Gathers a value of each document of a group. */
export interface Accumulator {
  add(value: unknown): void;
  result(): unknown;
}

/** The accumulators of `$group`, each with how a new group starts. */
export const ACCUMULATORS: Readonly<Record<string, () => Accumulator>> = {
  $sum: () => new Sum(),
  $count: () => new Count(),
  $avg: () => new Average(),
  $min: () => new Extreme(-1),
  $max: () => new Extreme(1),
  $first: () => new First(),
  $last: () => new Last(),
  $push: () => new Push(),
  $addToSet: () => new ASet(),
  $mergeObjects: () => new Merge(),
};

/** What is no number does not count. Whole numbers are added exactly, doubles with their rounding errors made good. */
class Sum implements Accumulator {
  private whole = 0n;
  private fraction = 0;
  private lost = 0;
  private type: 'int' | 'long' | 'double' = 'int';
  count = 0;

  add(value: unknown): void {
    const worth = worthOf(value);
    if (worth === null) return;
    this.count++;
    const type = typeOf(value);
    if (type === 'double') {
      this.type = 'double';
      this.addDouble(Number(worth));
    } else {
      if (type === 'long' && this.type === 'int') this.type = 'long';
      this.whole += BigInt(worth);
    }
  }

  /** Neumaier's summation. */
  private addDouble(value: number): void {
    const sum = this.fraction + value;
    const larger = Math.abs(this.fraction) >= Math.abs(value);
    this.lost += larger ? this.fraction - sum + value : value - sum + this.fraction;
    this.fraction = sum;
  }

  result(): Int32 | Long | Double {
    const isLong = BigInt.asIntN(64, this.whole) === this.whole;
    if (this.type === 'double' || !isLong) return new Double(this.asNumber());
    const isInt = this.type === 'int' && BigInt.asIntN(32, this.whole) === this.whole;
    return isInt ? new Int32(Number(this.whole)) : Long.fromBigInt(this.whole);
  }

  asNumber(): number {
    const sum = this.fraction + Number(this.whole);
    return Number.isFinite(sum) ? sum + this.lost : sum;
  }
}

class Count implements Accumulator {
  private count = 0;
  add(): void {
    this.count++;
  }
  result(): unknown {
    return integerOf(this.count);
  }
}

class Average implements Accumulator {
  private readonly sum = new Sum();
  add(value: unknown): void {
    if (isNumberType(typeOf(value))) this.sum.add(value);
  }
  result(): Double | null {
    return this.sum.count === 0 ? null : new Double(this.sum.asNumber() / this.sum.count);
  }
}

/** Null and missing do not count. */
class Extreme implements Accumulator {
  private best: unknown = null;
  constructor(private readonly sign: 1 | -1) {}
  add(value: unknown): void {
    if (value != null && (this.best === null || this.sign * compareValues(value, this.best) > 0)) this.best = value;
  }
  result(): unknown {
    return this.best;
  }
}

class First implements Accumulator {
  private first: { readonly value: unknown } | null = null;
  add(value: unknown): void {
    this.first ??= { value };
  }
  result(): unknown {
    return this.first?.value ?? null;
  }
}

class Last implements Accumulator {
  private last: unknown = null;
  add(value: unknown): void {
    this.last = value ?? null;
  }
  result(): unknown {
    return this.last;
  }
}

/** Missing values are left out, null is not. */
class Push implements Accumulator {
  private readonly values: unknown[] = [];
  add(value: unknown): void {
    if (value !== undefined) this.values.push(value);
  }
  result(): unknown {
    return this.values;
  }
}

class ASet implements Accumulator {
  private readonly values = new Map<string, unknown>();
  add(value: unknown): void {
    if (value === undefined) return;
    const key = valueKey(value);
    if (!this.values.has(key)) this.values.set(key, value);
  }
  result(): unknown {
    return [...this.values.values()];
  }
}

class Merge implements Accumulator {
  private whole: unknown = {};
  add(value: unknown): void {
    this.whole = merged([this.whole, value]);
  }
  result(): unknown {
    return this.whole;
  }
}
