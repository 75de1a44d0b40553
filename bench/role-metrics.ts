import type { RoleProcess } from '../test/support/role-process';

/** The value of a metric without labels, as the role tells it at `/metrics`. */
export async function metricOf({ url, role }: RoleProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  if (line === undefined) throw new Error(`role ${role} has no metric ${name}`);
  return Number(line.slice(name.length + 1));
}
