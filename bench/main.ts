import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figuresOfForeign, figuresOfSearch, figuresOfSource } from './figures';
import { foreignMessages } from './foreign-messages';
import { machineOf } from './machine';
import { reportOf, type Section, writeReport } from './report';
import { searchLatency } from './search-latency';
import { type SourceToStored, sourceToStored, writeLines } from './source-to-stored';
import { Surroundings } from './surroundings';

const SEED = 1;
const SOURCE_RUNS = 3;
/** Whatever hangs, the benchmark ends after this, ms. */
const TIME_LIMIT_MS = 240_000;
const REPORT = join(__dirname, '../docs/benchmarks.md');

const say = (text: string): void => void process.stdout.write(`bench: ${text}\n`);

async function main(): Promise<void> {
  const servers = await Surroundings.during(async (surroundings) => surroundings.servers);
  const machine = machineOf(servers);
  say(machine);
  const sections = [await sourceSection(), await foreignSection(), await searchSection()];
  await writeReport(REPORT, await reportOf(machine, new Date(), sections));
}

async function sourceSection(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'logwarren-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  say('writing a file of lines');
  const file = await writeLines(join(folder, 'lines.log'), SEED);
  const runs: SourceToStored[] = [];
  for (let run = 1; run <= SOURCE_RUNS; run++) {
    say(`source to stored, run ${run} of ${SOURCE_RUNS}`);
    runs.push(await sourceToStored(file));
  }
  const text =
    `A source reads a file of ${file.records.toLocaleString('en')} lines (bodies of ${file.meanBodyBytes.toFixed(0)} bytes) ` +
    'and publishes them, one collector stores them. From the beginning of the reading until the store holds every record, ' +
    `checked by service and severity. Of ${SOURCE_RUNS} runs, the one with the middle speed.`;
  return { title: 'From a file into the store', text, figures: figuresOfSource(runs) };
}

async function foreignSection(): Promise<Section> {
  say('single lines of a foreign publisher');
  const result = await foreignMessages(SEED);
  const text =
    `${result.records.toLocaleString('en')} messages of one line each (\`text/plain\`, no id, persistent, confirmed) from one ` +
    'amqplib publisher, one collector. From the first publish until the store holds every record.';
  return { title: 'Single lines from a foreign publisher', text, figures: figuresOfForeign(result) };
}

async function searchSection(): Promise<Section> {
  say('publish to found');
  const result = await searchLatency(SEED);
  const text =
    'Lines through `POST /ingest`, 20 requests a second whatever becomes of those before. Every 100 ms one record holds a word ' +
    'of its own; from the sending of its request until `GET /api/v1/logs?q=<word>`, asked again and again for half a second ' +
    'around the time of the record, has it. The first 4 s are left out: the code of the processes is then still being compiled.';
  return { title: 'From publish to found by search', text, figures: figuresOfSearch(result) };
}

/** Ends early, and still leaves nothing behind. */
function endEarly(why: string): void {
  process.stderr.write(`bench: ${why}\n`);
  void Surroundings.closeAll().finally(() => process.exit(1));
}

process.once('SIGINT', () => endEarly('interrupted'));
process.once('SIGTERM', () => endEarly('told to end'));
setTimeout(() => endEarly(`not done after ${TIME_LIMIT_MS / 1_000} s`), TIME_LIMIT_MS).unref();
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
