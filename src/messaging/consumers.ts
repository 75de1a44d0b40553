import type { Config } from '../config/config';
import type { Role } from '../config/roles';
import type { ConsumerLine } from '../telemetry/process-events';
import { COLLECT, COLLECTED_QUEUES } from './consuming.module';
import { MONITORING_QUEUE, TOPOLOGY } from './topology';

/** The queues that a role consumes, and by what name its log calls that. */
const CONSUMED: Readonly<Partial<Record<Role, { readonly name: string; readonly queues: readonly string[] }>>> = {
  collector: { name: COLLECT, queues: COLLECTED_QUEUES },
  monitoring: { name: 'monitor', queues: [MONITORING_QUEUE] },
};

/** What a process with this configuration consumes, in the order of its roles. */
export function consumersOf(config: Config): ConsumerLine[] {
  return config.process.roles.flatMap((role) => {
    const { name = role, queues = [] } = CONSUMED[role] ?? {};
    const prefetch = role === 'collector' ? config.collector.prefetch : null;
    return TOPOLOGY.queues
      .filter((queue) => queues.includes(queue.name))
      .map(({ name: queue, exchange, patterns }) => ({
        name,
        queue,
        exchange,
        patterns: patterns.filter((pattern) => pattern !== ''),
        prefetch,
      }));
  });
}
