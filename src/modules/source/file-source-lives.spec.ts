import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { FileSourceFolder } from '../../../test/support/file-source-folder';
import { FileSourceLife } from '../../../test/support/file-source-life';

describe('a FileSource that ends, and the next one', () => {
  const { path, follow } = new FileSourceFolder();

  it('reads archives, known by their first bytes, once, and not again after a restart', async () => {
    await writeFile(path('old.log.gz'), Buffer.concat([gzipSync('one\ntwo\n'), gzipSync('three')]));
    await writeFile(path('packed.log'), gzipSync('four\n'));
    const first = await follow('*.log*');
    await first.read(4);
    expect([...first.bodies()].sort()).toEqual(['four', 'one', 'three', 'two']);
    expect(first.bodies('old.log')).toEqual(['one', 'two', 'three']);
    await first.stop();
    await writeFile(path('new.log'), 'five\n');
    const second = await follow('*.log*');
    await second.read(1);
    expect(second.bodies()).toEqual(['five']);
  });

  it('does not read what a file holds again when the file is packed', async () => {
    const line = (i: number): string => `${new Date().toISOString()} event number-${i}\n`;
    await writeFile(path('a.log'), line(0) + line(1));
    const first = await follow('a.log*');
    await first.read(2);
    await first.stop();
    appendFileSync(path('a.log'), line(2));
    await writeFile(path('a.log.1.gz'), gzipSync(readFileSync(path('a.log'))));
    await rm(path('a.log'));
    const second = await follow('a.log*');
    await second.read(1);
    await writeFile(path('a.log'), line(3));
    await second.read(2);
    expect(second.bodies().map((body) => body.slice(-1))).toEqual(['2', '3']);
  });

  it('goes on after a restart where it was, under whatever name the file has by then', async () => {
    await writeFile(path('a.log'), 'a1\na2\n');
    const first = await follow('a.log');
    await first.read(2);
    await first.stop();
    appendFileSync(path('a.log'), 'a3\n');
    renameSync(path('a.log'), path('a.log.1'));
    await writeFile(path('a.log'), 'a4\n');
    const second = await follow('a.log');
    await second.read(2);
    expect(second.bodies('a.log')).toEqual(['a3', 'a4']);
  });

  it('sends again after a restart what was not confirmed, in the same packs', async () => {
    await writeFile(path('a.log'), 'a1\na2\n');
    const first = await follow('a.log');
    first.publisher.outcome = 'unconfirmed';
    await first.read(2);
    await first.stop();
    const second = await follow('a.log');
    await second.read(2);
    expect(second.publisher.keyedPackIds).toEqual(first.publisher.keyedPackIds);
    expect(second.publisher.records).toEqual(first.publisher.records);
    expect(await second.telemetry.registry.metrics()).toContain('logwarren_source_records_sent_again_total 2');
  });

  it('sends the same packs again although other records are too old by now', async () => {
    const old = new Date(Date.now() - 20 * 24 * 3_600_000).toISOString();
    await writeFile(path('a.log'), `${old} a.log INFO old\na1\na2\n`);
    const first = await follow('a.log');
    first.publisher.outcome = 'unconfirmed';
    await first.read(2);
    await first.stop();
    const second = await follow('a.log', { RETENTION_DAYS: '30' });
    await second.read(2);
    expect(second.publisher.keyedPackIds).toEqual(first.publisher.keyedPackIds);
    expect(second.publisher.records).toEqual(first.publisher.records);
  });

  it('knows a file whose device has another number than before', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const first = await follow('a.log');
    await first.read(1);
    await first.stop();
    const state = path('.state/source-files.ndjson');
    writeFileSync(state, readFileSync(state, 'utf8').replace(/"inode":"\d+:/g, '"inode":"4711:'));
    appendFileSync(path('a.log'), 'a2\n');
    const second = await follow('a.log');
    await second.read(1);
    expect(second.bodies()).toEqual(['a2']);
  });

  it('says so when bytes are gone of which it is not known that they arrived', async () => {
    await writeFile(path('a.log'), 'a1\na2\n');
    const first = await follow('a.log');
    first.publisher.outcome = 'unconfirmed';
    await first.read(2);
    await first.stop();
    await rm(path('a.log'));
    const second = await follow('a.log');
    await second.told('is not to be found of which it is not known that all has arrived');
  });

  it('waits while there is no room, and stops while it waits', async () => {
    await writeFile(path('a.log'), 'line of text\n'.repeat(50_000));
    const source = new FileSourceLife(path('.'), path('a.log'));
    source.publisher.fill();
    await source.start();
    await source.told('following a new file');
    expect(source.publisher.calls).toEqual([]);
    await source.stop();
    const next = await follow('a.log');
    await next.read(50_000);
    expect(next.publisher.records).toHaveLength(50_000);
  });

  it('stands by where another has the state file, and goes on when that ends', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const first = await follow('a.log');
    await first.read(1);
    const second = await follow('a.log');
    await second.told('taking over when it ends');
    expect(await second.telemetry.registry.metrics()).toContain('logwarren_source_files_standby 1');
    appendFileSync(path('a.log'), 'a2\n');
    await first.read(2);
    expect(second.publisher.calls).toEqual([]);
    await first.stop();
    appendFileSync(path('a.log'), 'a3\n');
    await second.read(1);
    expect([first.bodies(), second.bodies()]).toEqual([['a1', 'a2'], ['a3']]);
    expect(await second.telemetry.registry.metrics()).toContain('logwarren_source_files_standby 0');
  });

  it('tries again where it takes over and the state file cannot be read', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const first = await follow('a.log');
    await first.read(1);
    const second = await follow('a.log');
    await second.told('taking over when it ends');
    await mkdir(path('.state/source-files.ndjson.new')); // where the state is written anew
    await first.stop();
    await second.told('SOURCE_FILES cannot be followed');
    await rm(path('.state/source-files.ndjson.new'), { recursive: true });
    await second.told('following SOURCE_FILES');
    appendFileSync(path('a.log'), 'a2\n');
    await second.read(1);
    expect(second.bodies()).toEqual(['a2']);
  });

  it('stops while it stands by', async () => {
    await writeFile(path('a.log'), 'a1\n');
    await follow('a.log');
    const second = await follow('a.log');
    await second.stop();
    expect(second.publisher.calls).toEqual([]);
  });

  it('refuses to start where there can be no state file', async () => {
    await writeFile(path('a.log'), 'a1\n');
    await expect(
      new FileSourceLife(path('.'), path('a.log'), { SOURCE_STATE_FILE: path('a.log/state') }).start(),
    ).rejects.toThrow();
  });
});
