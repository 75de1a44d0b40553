import type { Role } from '../config/roles';

/** What a server at `url` is used for, and where: every process has a documentation of what it answers. */
export function addressesOf(url: string, roles: readonly Role[]): Readonly<Record<string, string>> {
  return {
    ...(roles.includes('source') ? { ingest: `${url}/ingest` } : {}),
    ...(roles.includes('search') ? { search: `${url}/api/v1/logs` } : {}),
    docs: `${url}/docs`,
    ready: `${url}/health/ready`,
    metrics: `${url}/metrics`,
  };
}
