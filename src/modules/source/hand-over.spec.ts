import { RecordingPublisher } from '../../../test/support/recording-publisher';
import { type LogRecord, NO_ATTRIBUTES } from '../../log/log-record';
import { HandOver } from './hand-over';

const record = (body: string): LogRecord => ({
  timestamp: 1,
  service: 'shop',
  severity: 'info',
  body,
  attributes: NO_ATTRIBUTES,
});

describe('HandOver', () => {
  const setUp = () => {
    const publisher = new RecordingPublisher();
    const stopping = new AbortController();
    const confirmed: number[] = [];
    const handOver = new HandOver(publisher, (count) => confirmed.push(count), stopping.signal);
    return { publisher, stopping, confirmed, handOver, bodies: () => publisher.records.map(({ body }) => body) };
  };

  it('hands over in order and tells what is confirmed', async () => {
    const { handOver, confirmed, bodies } = setUp();
    await handOver.add([record('a'), record('b')]);
    await handOver.add([]);
    await handOver.add([record('c')]);
    await handOver.allConfirmed();
    expect(bodies()).toEqual(['a', 'b', 'c']);
    expect(confirmed).toEqual([2, 1]);
  });

  it('waits for room', async () => {
    const { handOver, publisher, bodies } = setUp();
    publisher.fill();
    const added = handOver.add([record('a')]);
    await new Promise(setImmediate);
    expect(bodies()).toEqual([]);
    publisher.makeRoom();
    await added;
    expect(bodies()).toEqual(['a']);
  });

  it('no longer waits for room once the process stops', async () => {
    const { handOver, publisher, stopping, bodies } = setUp();
    publisher.fill();
    const waiting = handOver.add([record('a')]);
    stopping.abort();
    await waiting;
    await handOver.add([record('b')]);
    expect(bodies()).toEqual(['a', 'b']);
  });

  it('tells that something was not confirmed', async () => {
    const { handOver, publisher, confirmed } = setUp();
    publisher.outcome = 'stopped';
    await handOver.add([record('a')]);
    publisher.outcome = 'confirmed';
    await handOver.add([record('b')]);
    await expect(handOver.allConfirmed()).rejects.toThrow('the process stops');
    expect(confirmed).toEqual([1]);
  });
});
