import { AmqpError } from '../reply-codes';
import { readTable, writeTable, type FieldTable } from './field-table';

/**
 * The properties of a message, as they stand in its content header (AMQP 0-9-1, section 4.2.6.1): 16 flags, of which
 * the highest stands for the first property, then the values of those that are present, in this order. They stay bytes,
 * and are edited as bytes: what a publisher wrote reaches the consumer unchanged, and number types are kept.
 */
const NAMES = [
  'contentType',
  'contentEncoding',
  'headers',
  'deliveryMode',
  'priority',
  'correlationId',
  'replyTo',
  'expiration',
  'messageId',
  'timestamp',
  'type',
  'userId',
  'appId',
  'clusterId',
] as const;
export type PropertyName = (typeof NAMES)[number];

const PERSISTENT = 2;

/** The bytes of each property that is present. */
export class Properties {
  private constructor(private readonly values: ReadonlyMap<PropertyName, Buffer>) {}

  /**
   * @param bytes flags and values; they are kept, so must not change later.
   * @throws AmqpError SYNTAX_ERROR where they are damaged.
   */
  static read(bytes: Buffer): Properties {
    if (bytes.length < 2) throw new AmqpError('SYNTAX_ERROR', 'a content header without property flags');
    const flags = bytes.readUInt16BE(0);
    if (flags & 3) throw new AmqpError('SYNTAX_ERROR', 'a content header with unknown property flags');
    const values = new Map<PropertyName, Buffer>();
    let at = 2;
    for (const [i, name] of NAMES.entries()) {
      if (!(flags & (0x8000 >> i))) continue;
      const end = at + byteLength(name, bytes, at);
      if (!(end <= bytes.length)) throw new AmqpError('SYNTAX_ERROR', `a content header ends within ${name}`);
      values.set(name, bytes.subarray(at, end));
      at = end;
    }
    return new Properties(values);
  }

  /** Flags and values. */
  write(): Buffer {
    const flags = Buffer.alloc(2);
    const present = NAMES.flatMap((name, i) => {
      const value = this.values.get(name);
      if (value) flags.writeUInt16BE(flags.readUInt16BE(0) | (0x8000 >> i), 0);
      return value ?? [];
    });
    return Buffer.concat([flags, ...present]);
  }

  text(name: 'replyTo' | 'expiration'): string | undefined {
    return this.values.get(name)?.toString('utf8', 1);
  }

  get persistent(): boolean {
    return this.values.get('deliveryMode')?.[0] === PERSISTENT;
  }

  /** Empty where the message has none. */
  headers(): FieldTable {
    const headers = this.values.get('headers');
    return headers ? readTable(headers) : new Map<string, Buffer>();
  }

  withHeaders(headers: FieldTable): Properties {
    return new Properties(new Map(this.values).set('headers', writeTable(headers)));
  }

  withText(name: 'replyTo' | 'expiration', text: string): Properties {
    const value = Buffer.from(text);
    return new Properties(new Map(this.values).set(name, Buffer.concat([Buffer.from([value.length]), value])));
  }

  without(name: PropertyName): Properties {
    return new Properties(new Map([...this.values].filter(([key]) => key !== name)));
  }
}

/** How many bytes the property at `at` takes, its own length included; NaN beyond the end. */
function byteLength(name: PropertyName, bytes: Buffer, at: number): number {
  switch (name) {
    case 'headers':
      return at + 4 <= bytes.length ? 4 + bytes.readUInt32BE(at) : NaN;
    case 'deliveryMode':
    case 'priority':
      return 1;
    case 'timestamp':
      return 8;
    default:
      return 1 + (bytes[at] ?? NaN);
  }
}
