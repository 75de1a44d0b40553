/** The code of an error of the system, such as `ENOENT`; null where it has none. */
export function errorCode(error: unknown): string | null {
  // Not by instanceof: errors of the system are not of the Error of every realm.
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Whether the error says that there is nothing at a path. */
export function isGone(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Whether the error says that we may not look at what is at a path, or that it is a link that leads nowhere. */
export function isBarred(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EACCES' || code === 'EPERM' || code === 'ELOOP';
}
