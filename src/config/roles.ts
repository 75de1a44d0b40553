import { list } from './variables';

/** What a process can be. */
export const ROLES = ['source', 'collector', 'monitoring', 'search', 'retention'] as const;

export type Role = (typeof ROLES)[number];

const ALL = 'all';

/** Reads `ROLE`: one role, a comma list, or `all`; each role once, in their order. Throws Error naming what is allowed. */
export function parseRoles(text: string): readonly Role[] {
  const words = list(text);
  const known: readonly string[] = [...ROLES, ALL];
  if (words.length === 0 || !words.every((word) => known.includes(word))) {
    throw new Error(`must be ${ALL}, or one or more of ${ROLES.join(', ')}, comma-separated`);
  }
  return Object.freeze(ROLES.filter((role) => words.includes(role) || words.includes(ALL)));
}
