import { Socket } from 'node:net';
import {
  connect,
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type ConsumeMessage,
  type GetMessage,
  type Options,
} from 'amqplib';
import { TestBroker } from './broker';
import { eventually } from './eventually';

/** How a broker refused something: it closed the channel, or the whole connection. */
export interface Refusal {
  readonly closed: 'channel' | 'connection';
  readonly code: number;
  readonly text: string;
}

/** What a consumer has got so far. */
export interface Consumer {
  readonly tag: string;
  readonly messages: readonly ConsumeMessage[];
  /** Whether the broker has ended it. */
  readonly isCancelled: boolean;
}

/** A vhost that the tests of a file share, with what one of them opens in it closed when it ends. */
export class AmqpVhost {
  private shared: TestBroker | undefined;
  private readonly opened: ChannelModel[] = [];
  private names = 0;

  /** To be called where the file's hooks are registered. */
  static ofFile(): AmqpVhost {
    const vhost = new AmqpVhost();
    beforeAll(async () => void (vhost.shared = await TestBroker.create()));
    afterEach(async () => vhost.closeConnections());
    afterAll(async () => vhost.broker.close());
    return vhost;
  }

  get broker(): TestBroker {
    if (this.shared === undefined) throw new Error('the vhost is made by a hook');
    return this.shared;
  }

  /** A name that no other test of the file uses. */
  newName(): string {
    return `name-${++this.names}`;
  }

  /** A connection of the test's own. Losing it is no failure. */
  async connect(query = ''): Promise<ChannelModel> {
    const connection = await connect(this.broker.url + query);
    connection.on('error', () => undefined);
    this.opened.push(connection);
    return connection;
  }

  /** A confirm channel on a connection of its own. Losing either is no failure. */
  async channel(on?: ChannelModel): Promise<ConfirmChannel> {
    const channel = await (on ?? (await this.connect())).createConfirmChannel();
    channel.on('error', () => undefined);
    return channel;
  }

  /** Declares a queue under a new name, durable unless said otherwise; returns the name. */
  async queue(args: Record<string, unknown> = {}, options: Options.AssertQueue = {}): Promise<string> {
    const name = this.newName();
    await this.broker.withChannel((channel) =>
      channel.assertQueue(name, { durable: true, arguments: args, ...options }),
    );
    return name;
  }

  /** Publishes texts to a queue, in order; resolves once all are confirmed. */
  async fill(queue: string, texts: readonly string[], options: Options.Publish = {}): Promise<void> {
    await this.broker.withChannel(async (channel) => {
      for (const text of texts) channel.sendToQueue(queue, Buffer.from(text), options);
      await channel.waitForConfirms();
    });
  }

  /** Waits until so many messages of the queue wait for a consumer. */
  async depthIs(queue: string, count: number): Promise<void> {
    await eventually(async () => (await this.broker.depth(queue)) === count, { describe: `${queue} holds ${count}` });
  }

  /** How the broker answers to `use`, which should spoil the channel that it gets. */
  async refusal(use: (channel: ConfirmChannel, connection: ChannelModel) => unknown): Promise<Refusal> {
    const connection = await this.connect();
    const channel = await this.channel(connection);
    let refusal: Refusal | undefined;
    connection.on('error', (error: Error) => (refusal ??= refusalOf('connection', error)));
    channel.on('error', (error: Error) => (refusal ??= refusalOf('channel', error)));
    await Promise.resolve(use(channel, connection)).catch(() => undefined); // it is told by the events too
    return eventually(() => refusal, { describe: 'a refusal' });
  }

  /** Cuts a connection as a network does, without the goodbye of AMQP. */
  cut({ connection }: ChannelModel): void {
    if ('stream' in connection && connection.stream instanceof Socket) connection.stream.destroy(new Error('cut'));
    else throw new Error('amqplib keeps its socket elsewhere now');
  }

  private async closeConnections(): Promise<void> {
    await Promise.allSettled(this.opened.splice(0).map((connection) => connection.close())); // some are closed already
  }
}

function refusalOf(closed: Refusal['closed'], error: Error): Refusal {
  const code = 'code' in error && typeof error.code === 'number' ? error.code : 0;
  return { closed, code, text: /with message "(.*)"$/s.exec(error.message)?.[1] ?? error.message };
}

/** Starts a consumer that keeps what it gets, unacknowledged unless `noAck` is set. */
export async function consume(channel: Channel, queue: string, options: Options.Consume = {}): Promise<Consumer> {
  const messages: ConsumeMessage[] = [];
  let isCancelled = false;
  const { consumerTag } = await channel.consume(
    queue,
    (message) => (message === null ? (isCancelled = true) : messages.push(message)),
    options,
  );
  return {
    tag: consumerTag,
    messages,
    get isCancelled() {
      return isCancelled;
    },
  };
}

/** Waits until a consumer has got so many messages, and returns them. */
export async function received(consumer: Consumer, count: number): Promise<readonly ConsumeMessage[]> {
  await eventually(() => consumer.messages.length >= count, { describe: `${count} messages received` });
  expect(consumer.messages).toHaveLength(count);
  return consumer.messages;
}

/** The bodies as text. */
export function texts(messages: readonly (ConsumeMessage | GetMessage)[]): string[] {
  return messages.map(({ content }) => content.toString());
}

/** For a message that must be there: `(await channel.get(queue)) || noMessage()`. */
export function noMessage(): never {
  throw new Error('no message');
}
