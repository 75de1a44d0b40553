import type { DeathReason } from './dead-letter';
import { MemoryBudget } from './memory-budget';
import { Message, type QueuedMessage } from './message';
import { Queue } from './queue';
import type { QueueRules } from './queue-settings';
import type { QueueConsumer } from './round-robin';

const NO_RULES: QueueRules = {
  type: 'classic',
  maxLength: Infinity,
  maxBytes: Infinity,
  rejectsPublish: false,
  messageTtl: Infinity,
  expires: Infinity,
  deadLetterAtLeastOnce: false,
  deliveryLimit: Infinity,
};
const QUORUM: Partial<QueueRules> = { type: 'quorum' };

/** A queue with the world around it: its clock, its dead letters, the messages it has given out. */
class World {
  now = 1_000;
  full = 0;
  /** Whether there is a queue for dead letters. */
  takesLetters = true;
  letters: [string, DeathReason][] = [];
  deleted = 0;
  readonly budget: MemoryBudget;
  readonly queue: Queue;

  constructor(rules: Partial<QueueRules> = {}, { limitBytes = 1e9, autoDelete = false } = {}) {
    this.budget = new MemoryBudget(limitBytes, () => (this.full += 1));
    const settings = { name: 'q', durable: true, exclusive: false, autoDelete, arguments: new Map<string, Buffer>() };
    this.queue = new Queue(
      settings,
      { ...NO_RULES, ...rules },
      {
        now: () => this.now,
        budget: this.budget,
        deadLetter: (_, message, reason) => {
          if (this.takesLetters) this.letters.push([message.body.toString(), reason]);
          return this.takesLetters;
        },
        unused: () => (this.deleted += 1),
      },
    );
  }

  /** @returns which were taken. */
  publish(...bodies: string[]): string[] {
    return bodies.filter((body) => this.queue.publish(message(body)));
  }

  /** The bodies of all that is ready. */
  drain(): string[] {
    return [...{ [Symbol.iterator]: () => this.takeAll() }].map((item) => item.message.body.toString());
  }

  private *takeAll(): Generator<QueuedMessage> {
    for (let item = this.queue.get(true); item; item = this.queue.get(true)) yield item;
  }

  take(): QueuedMessage {
    const item = this.queue.get(false);
    if (!item) throw new Error('nothing is ready');
    return item;
  }
}

const message = (body: string, expiration?: number): Message =>
  new Message('', 'q', Buffer.from([0, 0]), Buffer.from(body), false, expiration);

/** Takes up to `room` messages until it is given more room. */
class TestConsumer implements QueueConsumer {
  readonly taken: QueuedMessage[] = [];
  isCancelled = false;
  exclusive = false;

  constructor(
    public room = Infinity,
    readonly noAck = false,
  ) {}

  get canTake(): boolean {
    return this.room > 0;
  }

  get bodies(): string[] {
    return this.taken.map((item) => item.message.body.toString());
  }

  take(item: QueuedMessage): void {
    this.room -= 1;
    this.taken.push(item);
  }

  cancelled(): void {
    this.isCancelled = true;
  }
}

describe('a queue with consumers', () => {
  it('gives each its turn and leaves out who has no room', () => {
    const { queue, publish } = bound(new World());
    const [a, b] = [new TestConsumer(), new TestConsumer(1)];
    queue.addConsumer(a);
    queue.addConsumer(b);
    publish('0', '1', '2', '3');
    expect([a.bodies, b.bodies]).toEqual([['0', '2', '3'], ['1']]);
  });

  it('goes on with one that has room again', () => {
    const { queue, publish } = bound(new World());
    const consumer = new TestConsumer(1);
    queue.addConsumer(consumer);
    publish('0', '1', '2');
    consumer.room = 1;
    queue.resume(consumer);
    expect(consumer.bodies).toEqual(['0', '1']);
    expect(queue.countReady()).toBe(1);
  });

  it('is deleted with its last consumer if it should be, and not before it had one', () => {
    const world = new World({}, { autoDelete: true });
    const [a, b] = [new TestConsumer(), new TestConsumer()];
    world.queue.addConsumer(a);
    world.queue.addConsumer(b);
    world.queue.removeConsumer(a);
    expect(world.deleted).toBe(0);
    world.queue.removeConsumer(b);
    expect(world.deleted).toBe(1);
  });

  it('tells them when it is deleted', () => {
    const { queue } = new World();
    const consumer = new TestConsumer();
    queue.addConsumer(consumer);
    queue.close();
    expect(consumer.isCancelled).toBe(true);
  });

  it('gives nothing out once it is stopped', () => {
    const { queue, publish } = bound(new World());
    const consumer = new TestConsumer();
    queue.addConsumer(consumer);
    queue.stop();
    publish('0');
    expect([consumer.bodies, consumer.isCancelled]).toEqual([[], false]);
  });
});

const bound = (world: World) => ({ queue: world.queue, publish: (...bodies: string[]) => world.publish(...bodies) });

describe('messages that come back', () => {
  it('take their old places in a classic queue', () => {
    const world = new World();
    world.publish('0', '1', '2', '3');
    const items = [world.take(), world.take(), world.take()];
    for (const i of [2, 0]) world.queue.requeue(items.slice(i, i + 1), 'refused');
    expect(world.drain()).toEqual(['0', '2', '3']);
  });

  it.each<[string, Partial<QueueRules>, 'refused' | 'abandoned', string[]]>([
    ['go to the end of a quorum queue without a delivery limit', QUORUM, 'refused', ['1', '2', '0']],
    ['go to its front when their consumer is gone', QUORUM, 'abandoned', ['0', '1', '2']],
    ['go to its front with a delivery limit', { ...QUORUM, deliveryLimit: 5 }, 'refused', ['0', '1', '2']],
  ])('%s', (_, rules, why, order) => {
    const world = new World(rules);
    world.publish('0', '1', '2');
    world.queue.requeue([world.take()], why);
    expect(world.drain()).toEqual(order);
  });

  it('are marked, and counted by a quorum queue alone', () => {
    for (const [type, returns] of [
      ['classic', 0],
      ['quorum', 1],
    ] as const) {
      const world = new World({ type });
      world.publish('0');
      world.queue.requeue([world.take()], 'abandoned');
      expect(world.take()).toMatchObject({ redelivered: true, returns });
    }
  });

  it('are dead letters beyond the delivery limit', () => {
    const world = new World({ ...QUORUM, deliveryLimit: 1 });
    world.publish('0');
    world.queue.requeue([world.take()], 'refused');
    expect(world.letters).toEqual([]);
    world.queue.requeue([world.take()], 'refused');
    expect(world.letters).toEqual([['0', 'delivery_limit']]);
  });
});

describe('a queue with a limit', () => {
  const FIVE = ['0', '1', '2', '3', '4'];
  it.each<[string, Partial<QueueRules>, string[], string[]]>([
    ['classic, drop-head', { maxLength: 3 }, FIVE, ['2', '3', '4']],
    ['classic, drop-head, bytes', { maxBytes: 2 }, FIVE, ['3', '4']],
    ['classic, reject-publish', { maxLength: 3, rejectsPublish: true }, ['0', '1', '2'], ['0', '1', '2']],
    ['quorum, drop-head', { ...QUORUM, maxLength: 3 }, FIVE, ['2', '3', '4']],
    [
      'quorum, reject-publish: one more',
      { ...QUORUM, maxLength: 3, rejectsPublish: true },
      ['0', '1', '2', '3'],
      ['0', '1', '2', '3'],
    ],
    ['nothing may wait', { maxLength: 0 }, FIVE, []],
  ])('%s', (_, rules, taken, kept) => {
    const world = new World(rules);
    expect(world.publish(...FIVE)).toEqual(taken);
    expect(world.letters).toEqual(
      FIVE.filter((body) => taken.includes(body) && !kept.includes(body)).map((body) => [body, 'maxlen']),
    );
    expect(world.drain()).toEqual(kept);
  });

  it('takes what goes to a consumer at once', () => {
    const world = new World({ maxLength: 0, rejectsPublish: true });
    world.queue.addConsumer(new TestConsumer(1));
    expect(world.publish('0', '1')).toEqual(['0']);
  });
});

describe('the memory of all queues', () => {
  const limitBytes = 3 * message('0').memoryBytes;

  it('drops the oldest of a classic queue, for good', () => {
    const world = new World({}, { limitBytes });
    expect(world.publish('0', '1', '2', '3')).toEqual(['0', '1', '2', '3']);
    expect(world.drain()).toEqual(['1', '2', '3']);
    expect([world.letters, world.full]).toEqual([[], 1]);
  });

  it('makes a quorum queue refuse, and never drop', () => {
    const world = new World(QUORUM, { limitBytes });
    expect(world.publish('0', '1', '2', '3')).toEqual(['0', '1', '2']);
    world.queue.requeue([world.take()], 'abandoned');
    expect(world.drain()).toEqual(['0', '1', '2']);
  });

  it.each<[string, (world: World) => void]>([
    ['acknowledged', (world) => world.queue.ack(world.take())],
    ['rejected', (world) => world.queue.reject(world.take())],
    ['taken without an acknowledgement', (world) => world.drain()],
    ['purged', (world) => world.queue.purge()],
    ['deleted with the queue', (world) => world.queue.close()],
    ['deleted with the queue while unacknowledged', (world) => [world.take(), world.queue.close()]],
    [
      'acknowledged twice',
      (world) => {
        const item = world.take();
        world.queue.ack(item);
        world.queue.ack(item);
      },
    ],
  ])('is given back by a message that is %s', (_, end) => {
    const world = new World();
    world.publish('0');
    end(world);
    expect(world.budget.usedBytes).toBe(0);
  });
});

describe('messages that grow old', () => {
  it('are dead letters when they are at the front and their time is up', () => {
    const world = new World({ messageTtl: 100 });
    world.publish('0');
    world.now += 50;
    world.publish('1');
    world.now += 50;
    expect(world.queue.countReady()).toBe(1);
    expect(world.letters).toEqual([['0', 'expired']]);
  });

  it('wait behind a younger one that is at the front', () => {
    const world = new World();
    world.queue.publish(message('long', 1_000));
    world.queue.publish(message('short', 1));
    world.now += 500;
    expect(world.queue.countReady()).toBe(2);
    world.now += 500;
    expect(world.queue.countReady()).toBe(0);
  });

  it('go to a consumer that is there, even with no time to live', () => {
    const world = new World({ messageTtl: 0 });
    const consumer = new TestConsumer(1);
    world.queue.addConsumer(consumer);
    world.publish('0', '1');
    expect([consumer.bodies, world.queue.countReady()]).toEqual([['0'], 0]);
  });
});

describe('with timers', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());
  const pass = (world: World, ms: number): void => {
    world.now += ms;
    jest.advanceTimersByTime(ms);
  };

  it('messages expire though nobody asks', () => {
    const world = new World({ messageTtl: 100 });
    world.publish('0');
    pass(world, 100);
    expect(world.letters).toEqual([['0', 'expired']]);
  });

  it('an unused queue expires, counted from its last use', () => {
    const world = new World({ expires: 100 });
    pass(world, 60);
    world.queue.get(true);
    pass(world, 60);
    expect(world.deleted).toBe(0);
    pass(world, 40);
    expect(world.deleted).toBe(1);
  });

  it('messages of a deleted queue die no second death when one of them is put back', () => {
    const world = new World({ messageTtl: 100 });
    world.publish('0', '1');
    const item = world.take();
    world.queue.close();
    world.queue.requeue([item], 'abandoned');
    pass(world, 100);
    expect([world.letters, world.budget.usedBytes]).toEqual([[], 0]);
  });

  it('a queue with a consumer does not expire', () => {
    const world = new World({ expires: 100 });
    world.queue.addConsumer(new TestConsumer());
    pass(world, 1_000);
    expect(world.deleted).toBe(0);
  });

  it('a dead letter that nobody took is kept and sent again if the queue must not lose it', () => {
    const world = new World({ ...QUORUM, deadLetterAtLeastOnce: true });
    world.takesLetters = false;
    world.publish('0');
    world.queue.reject(world.take());
    expect(world.queue.messages()).toHaveLength(1);
    world.takesLetters = true;
    pass(world, 1_000);
    expect(world.letters).toEqual([['0', 'rejected']]);
    expect(world.queue.messages()).toHaveLength(0);
  });
});
