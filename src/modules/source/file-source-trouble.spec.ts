import { renameSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { FileSourceFolder } from '../../../test/support/file-source-folder';

describe('a FileSource in trouble', () => {
  const { path, follow } = new FileSourceFolder();

  it('takes up a file that follows one that rotated, although something beside it cannot be looked at', async () => {
    await writeFile(path('a.log'), 'a1\n');
    symlinkSync('loop', path('loop')); // ELOOP, as EACCES where a link leads into somebody else's folder
    const source = await follow('a.log');
    await source.read(1);
    renameSync(path('a.log'), path('a.log.1'));
    await writeFile(path('a.log'), 'b1\n');
    await source.read(2);
    expect(source.bodies()).toEqual(['a1', 'b1']);
  });
});
