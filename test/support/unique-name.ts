import { basename } from 'node:path';

let made = 0;

/**
 * A name for a server-side thing of the running test: told by the test (or the file, in `beforeAll`), and different in
 * every process and at every call. At most 60 characters of `a-z`, `0-9`, `_`.
 */
export function uniqueName(): string {
  const { currentTestName, testPath = 'test' } = expect.getState();
  const words = (currentTestName ?? basename(testPath, '.spec.ts')).toLowerCase().replace(/[^a-z0-9]+/g, '_');
  return `t_${words.slice(0, 40)}_${process.pid}_${++made}`;
}
