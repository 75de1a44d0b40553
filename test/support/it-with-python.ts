import { spawnSync } from 'node:child_process';

/** A test that needs a Python package. A machine need not have it, and skips the test then; .ci/run installs it. */
export function itWithPython(module: string): jest.It {
  return spawnSync('python3', ['-c', `import ${module}`]).status === 0 ? it : it.skip;
}
