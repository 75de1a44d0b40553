import { loadConfig } from '../config/config';
import { consumersOf } from './consumers';

const queuesOf = (role: string) =>
  consumersOf(loadConfig({ ROLE: role, EMBEDDED: 'rabbitmq,mongodb', COLLECTOR_PREFETCH: '7' }));

describe('consumersOf', () => {
  it('gives both queues of a collector, with what is bound to them', () => {
    expect(queuesOf('collector')).toEqual([
      { name: 'collect', queue: 'LogQueue', exchange: 'logs_exchange', patterns: ['#'], prefetch: 7 },
      { name: 'collect', queue: 'DeadLetterQueue', exchange: 'logs_dead_letter', patterns: [], prefetch: 7 },
    ]);
  });

  it('gives the queue of a monitor, which takes as much as there is', () => {
    const [monitor, ...others] = queuesOf('monitoring');
    expect(others).toEqual([]);
    expect(monitor).toMatchObject({ name: 'monitor', queue: 'MonitoringQueue', prefetch: null });
    expect(monitor?.patterns).toEqual(
      expect.arrayContaining(['#.error', '#.ERROR', '#.Warning', '#.wrn', '#.FTL', '#.3']),
    );
  });

  it.each(['source', 'search', 'retention', 'source,search,retention'])('%s consumes nothing', (role) =>
    expect(queuesOf(role)).toEqual([]),
  );

  it('gives those of all roles', () => {
    expect(queuesOf('all').map(({ queue }) => queue)).toEqual(['LogQueue', 'DeadLetterQueue', 'MonitoringQueue']);
  });
});
