import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { files, tests } from '../support/real-only.json';

const ROOT = join(__dirname, '../..');
const parts = Object.values(tests).flatMap((byFile) =>
  Object.entries<string[]>(byFile).flatMap(([file, titles]) => titles.map((part): [string, string] => [file, part])),
);

describe('what the embedded target leaves out', () => {
  it.each(Object.values(files).flat())('%s is there', (file) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  it.each(parts)('%s has a test with "%s" in its title', (file, part) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).toContain(part);
  });
});
