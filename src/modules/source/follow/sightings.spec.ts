import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asNobody } from '../../../../test/support/as-nobody';
import { sight, sightAround } from './sightings';

describe('what may not be looked at', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightings-'));
    chmodSync(folder, 0o755);
    writeFileSync(path('a.log'), 'x');
    mkdirSync(path('closed'), { mode: 0o744 }); // may be listed, no more
    chmodSync(path('closed'), 0o744);
    writeFileSync(path('closed/b.log'), 'x');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is told where it was named, and hides nothing else', async () => {
    const told: unknown[] = [];
    const paths = [path('closed/b.log'), path('a.log')];
    const found = await asNobody(() => sight(paths, (...failure) => told.push(failure)));
    expect(found.map((one) => one.path)).toEqual([path('a.log')]);
    expect(told).toMatchObject([[path('closed/b.log'), { code: 'EACCES' }]]);
  });

  it('is left out where it only stands beside', async () => {
    symlinkSync('closed/b.log', path('link.log'));
    symlinkSync('loop', path('loop'));
    const found = await asNobody(() => sightAround([path('a.log')]));
    expect(found.map((one) => one.path)).toEqual([path('a.log')]);
  });

  it('stands beside nothing in a folder that may not be listed', async () => {
    chmodSync(folder, 0o711);
    expect(await asNobody(() => sightAround([path('a.log')]))).toEqual([]);
  });
});
