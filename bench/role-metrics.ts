import type { RoleProcess } from '../test/support/role-process';

/** The value of a metric, as the role tells it at `/metrics`; of one with labels, the sum of all its series. */
export async function metricOf({ url, role }: RoleProcess, name: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  if (!lines.some((line) => line.startsWith(`# TYPE ${name} `))) throw new Error(`role ${role} has no metric ${name}`);
  const series = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
