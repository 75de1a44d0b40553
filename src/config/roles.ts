/** What a process can be. */
export const ROLES = ['source', 'collector', 'monitoring', 'search', 'retention'] as const;

export type Role = (typeof ROLES)[number];

/** Reads `ROLE`: one role, a comma list, or `all`. Throws Error naming what is allowed. */
export function parseRoles(text: string): readonly Role[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.includes('all')) return ROLES;
  return ROLES.filter((role) => words.includes(role)).concat(words.filter((word) => !isRole(word)).map(refuse));
}

function isRole(word: string): word is Role {
  return (ROLES as readonly string[]).includes(word);
}

function refuse(word: string): never {
  throw new Error(`${JSON.stringify(word)} is not one of ${ROLES.join(', ')}, all`);
}
