import { eventually } from './eventually';

interface TestGlobals {
  /** Made by environment.js, which looks after every test and every file at what is left in it. */
  openedByTests?: Map<symbol, { what: string; release: () => Promise<unknown> }>;
  testFailed?: boolean;
}
const globals = globalThis as TestGlobals;

/**
 * Registers something a test must give back: what a test opened must be gone when its hooks have run, what `beforeAll`
 * opened when the file ends. Otherwise the test, or the file, fails with `what`, and `release` cleans up.
 *
 * @returns call it when the thing has been given back.
 */
export function mustBeReleased(what: string, release: () => Promise<unknown>): () => void {
  const key = Symbol(what);
  globals.openedByTests?.set(key, { what, release });
  return () => void globals.openedByTests?.delete(key);
}

/** Whether a test of this file has failed so far. */
export function testFailed(): boolean {
  return globals.testFailed ?? false;
}

/**
 * Waits a moment until `list` is empty.
 *
 * @throws Error that names what is still open; not when a test failed already, as its clean-up may not have run.
 */
export async function expectNoneOpen(what: string, list: () => Promise<string[]>): Promise<void> {
  let open: string[] = [];
  const none = async (): Promise<boolean> => (open = await list()).length === 0;
  await eventually(none, { timeoutMs: 3000, intervalMs: 50 }).catch(() => {
    if (!testFailed()) throw new Error(`left open: ${open.length} ${what}: ${open.join(', ')}`);
  });
}
