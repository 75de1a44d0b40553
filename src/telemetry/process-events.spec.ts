import { type LogLine, memoryTelemetry } from '../../test/support/http-app';
import { ProcessEvents } from './process-events';

function told(tell: (events: ProcessEvents) => void): LogLine[] {
  const logged: LogLine[] = [];
  tell(new ProcessEvents(memoryTelemetry(logged)));
  return logged;
}

describe('ProcessEvents', () => {
  const consumer = { name: 'collect', queue: 'LogQueue', exchange: 'logs_exchange', patterns: ['#'], prefetch: 100 };
  it.each([
    [consumer, 'collect <- LogQueue <- logs_exchange [#] prefetch=100'],
    [{ ...consumer, patterns: [] }, 'collect <- LogQueue <- logs_exchange prefetch=100'],
    [{ ...consumer, prefetch: null }, 'collect <- LogQueue <- logs_exchange [#] automatic ack'],
    [
      { ...consumer, patterns: ['#.a', '#.b', '#.c', '#.d', '#.e', '#.f'] },
      'collect <- LogQueue <- logs_exchange [#.a #.b #.c #.d and 2 more] prefetch=100',
    ],
  ])('says in one line what is consumed: %j', (given, msg) => {
    expect(told((events) => events.consuming(given))).toEqual([expect.objectContaining({ ...given, msg })]);
  });

  it('warns of what is unsafe, naming the variable', () => {
    const [line] = told((events) => events.unsafe('API_TOKEN', 'not set'));
    expect(line).toMatchObject({ level: 'warn', variable: 'API_TOKEN', msg: 'unsafe: API_TOKEN: not set' });
  });

  it('says where it can be used', () => {
    const [line] = told((events) => events.started({ search: 'http://a/api', docs: 'http://a/docs' }));
    expect(line).toMatchObject({ msg: 'started: search http://a/api, docs http://a/docs', docs: 'http://a/docs' });
  });
});
