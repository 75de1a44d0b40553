import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedHome } from '../support/embedded-process';
import { eventually } from '../support/eventually';
import { ask } from '../support/search-client';

const RECORDS = 1_000_000;
const SERVICES = 20;
const LINES_A_WRITE = 10_000;
const MAX_RSS_BYTES = 500e6;

interface Histogram {
  readonly buckets: readonly { readonly counts: Readonly<Record<string, number>> }[];
  readonly partial: unknown;
}

/** Lines of about a hundred bytes, a millisecond apart, the last one of now. */
async function writeLines(path: string): Promise<void> {
  const file = createWriteStream(path);
  const first = Date.now() - RECORDS;
  for (let made = 0; made < RECORDS; made += LINES_A_WRITE) {
    let lines = '';
    for (let i = made; i < made + LINES_A_WRITE; i++) {
      const time = new Date(first + i).toISOString();
      lines += `${time} service-${i % SERVICES} INFO request ${i} from 192.0.2.${i % 251} took ${(i * 7) % 1_009} ms and ended\n`;
    }
    if (!file.write(lines)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

it('a million records go through the embedded servers, are all found, and take less than 500 MB', async () => {
  const home = await EmbeddedHome.create();
  const path = join(home.folder, 'lines.log');
  await writeLines(path);
  const program = await home.start({ SOURCE_FILES: path });
  const found = async (): Promise<Record<string, number>> => {
    const parameters = { from: '2h', interval: '1h', groupBy: 'service' };
    const { buckets, partial } = await ask<Histogram>(program.url, '/api/v1/logs/histogram', parameters);
    expect(partial).toBeNull();
    const totals: Record<string, number> = {};
    for (const { counts } of buckets) {
      for (const [service, records] of Object.entries(counts)) totals[service] = (totals[service] ?? 0) + records;
    }
    return totals;
  };
  const services = Array.from({ length: SERVICES }, (_, i) => [`service-${i}`, RECORDS / SERVICES]);
  await eventually(async () => expect(await found()).toEqual(Object.fromEntries(services)) ?? true, {
    timeoutMs: 150_000,
    intervalMs: 500,
    describe: 'a million records being found',
  });
  expect(await program.peakRssBytes()).toBeLessThan(MAX_RSS_BYTES);
  await program.stop();
  await home.remove();
}, 200_000);
