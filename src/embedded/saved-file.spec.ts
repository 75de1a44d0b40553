import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSaved, SavedFileDamaged, saveFile, setAside } from './saved-file';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saved-file-'));
  path = join(folder, 'data', 'file');
});
afterEach(async () => rm(folder, { recursive: true }));

async function read(): Promise<string | null> {
  const chunks = await openSaved(path);
  if (chunks === null) return null;
  const some: Buffer[] = [];
  for await (const chunk of chunks) some.push(chunk);
  return Buffer.concat(some).toString();
}

it('gives back what was saved last, and null before that', async () => {
  expect(await read()).toBeNull();
  await saveFile(path, [Buffer.from('first'), Buffer.from('!')]);
  expect(await read()).toBe('first!');
  const large = 'x'.repeat(3_000_000);
  await saveFile(path, [Buffer.from(large)]);
  expect(await read()).toBe(large);
  await saveFile(path, []);
  expect(await read()).toBe('');
});

it('keeps the file of before when saving fails, and leaves nothing beside it', async () => {
  await saveFile(path, [Buffer.from('before')]);
  function* failing(): Generator<Buffer> {
    yield Buffer.from('half');
    throw new Error('no more');
  }
  await expect(saveFile(path, failing())).rejects.toThrow('no more');
  expect(await read()).toBe('before');
  expect(await readdir(join(folder, 'data'))).toEqual(['file']);
});

it.each<[string, (bytes: Buffer) => Buffer]>([
  ['cut', (bytes) => bytes.subarray(0, bytes.length - 1)],
  ['cut to nothing', () => Buffer.alloc(0)],
  ['longer', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
  ['changed', (bytes) => Buffer.concat([Buffer.from('B'), bytes.subarray(1)])],
])('says that a file is damaged that was %s', async (_caption, damage) => {
  await saveFile(path, [Buffer.from('before')]);
  await writeFile(path, damage(await readFile(path)));
  await expect(read()).rejects.toThrow(SavedFileDamaged);
});

it('sets a file aside under a name of its own', async () => {
  await saveFile(path, [Buffer.from('kept')]);
  const aside = await setAside(path, new Date(0));
  expect(await read()).toBeNull();
  expect((await readFile(aside)).subarray(0, 4).toString()).toBe('kept');
});
