import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { asNobody } from '../../../test/support/as-nobody';
import { findFiles } from './find-files';

describe('findFiles', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-files-'));
    await mkdir(join(folder, 'sub'));
    for (const name of ['b.log', 'a.log', 'a.txt', '[odd].log', '.hidden.log', 'sub/c.log']) {
      await writeFile(join(folder, name), 'x');
    }
  });

  afterAll(() => rm(folder, { recursive: true }));

  it.each<[string, string[], string[]]>([
    ['by path', ['a.txt'], ['a.txt']],
    ['by name within a pattern', ['*.log'], ['.hidden.log', '[odd].log', 'a.log', 'b.log']],
    ['each once, in the order of the patterns', ['b.log', '*.log'], ['b.log', '.hidden.log', '[odd].log', 'a.log']],
    ['in folders', ['**/c.log'], ['sub/c.log']],
    ['with the characters of patterns in its name', ['[odd].log'], ['[odd].log']],
  ])('finds a file %s', async (_caption, patterns, expected) => {
    const found = await findFiles(patterns.map((pattern) => join(folder, pattern)));
    expect(found.paths.map((path) => relative(folder, path))).toEqual(expected);
    expect(found).toMatchObject({ patternsWithoutFile: [], failures: [] });
  });

  it('gives a path in one form, however it is written', async () => {
    const paths = [`./${relative('.', join(folder, 'a.log'))}`, `${folder}//sub/./c.log`, `${folder}//*.txt`];
    const found = await findFiles(paths);
    expect(found.paths).toEqual([
      relative('.', join(folder, 'a.log')),
      join(folder, 'sub/c.log'),
      join(folder, 'a.txt'),
    ]);
  });

  it('tells patterns that match nothing', async () => {
    const patterns = ['none.log', '*.none'].map((pattern) => join(folder, pattern));
    expect(await findFiles(patterns)).toEqual({ paths: [], patternsWithoutFile: patterns, failures: [] });
  });

  it('finds what is elsewhere when a folder may not be listed, and tells of that one', async () => {
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'closed'), { mode: 0o000 });
    const pattern = join(folder, '**/*.log');
    const found = await asNobody(() => findFiles([pattern]));
    expect(found.paths).toContain(join(folder, 'sub/c.log'));
    expect(found.paths).toContain(join(folder, 'a.log'));
    expect(found.failures).toMatchObject([{ pattern, error: { code: 'EACCES' } }]);
  });
});
