import { cpus, totalmem } from 'node:os';
import type { Servers } from './surroundings';

const GIB = 1024 ** 3;

/** What the figures were measured on, in one line. */
export function machineOf({ brokerVersion, storeVersion }: Servers): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'of an unknown model';
  return (
    `${cores.length} cores (${model}), ${Math.round(totalmem() / GIB)} GiB, Node.js ${process.versions.node}, ` +
    `RabbitMQ ${brokerVersion}, MongoDB ${storeVersion}`
  );
}
