import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** Runs Jest on fixtures/leaky.ts as this project's settings have it; the titles of the tests choose which run. */
function runLeaky(titles: string): { report: string; cleaned: string[] } {
  const environment = join(root, 'test/support/environment.js');
  const transform = { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' } } }] };
  const config = {
    rootDir: join(root, 'test/support/fixtures'),
    testRegex: 'leaky\\.ts$',
    testEnvironment: environment,
  };
  const args = ['--config', JSON.stringify({ ...config, transform }), '--testNamePattern', titles, '--silent=false'];
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const { stdout, stderr } = spawnSync(process.execPath, [jest, ...args], { cwd: root, encoding: 'utf8' });
  return { report: stderr, cleaned: [...stdout.matchAll(/^cleaned: (.*)$/gm)].map((match) => match[1]) };
}

describe('what a test opens', () => {
  it('fails the test that does not give it back, is cleaned up, and spares the others', () => {
    const { report, cleaned } = runLeaky('releases|forgets|fails');
    expect(report).toMatch(/✓ releases/);
    expect(report).toMatch(/✕ forgets/);
    expect(report).toMatch(/left behind: forgotten/);
    expect(report).toMatch(/the real problem/);
    expect(report).not.toMatch(/left behind: left by a failure/);
    expect(cleaned).toEqual(['forgotten', 'left by a failure', 'opened in beforeAll']);
  });

  it('in beforeAll fails the file', () => {
    const { report, cleaned } = runLeaky('releases');
    expect(report).toMatch(/left behind: opened in beforeAll/);
    expect(report).toMatch(/Test Suites: 1 failed/);
    expect(cleaned).toEqual(['opened in beforeAll']);
  });
});
