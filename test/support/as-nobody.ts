const NOBODY = 65_534;

/** Acts as a user who may not read everything. */
export async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  const user = process.geteuid?.();
  if (user !== 0) return act();
  process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    process.seteuid?.(user);
  }
}
