import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineOf } from './machine';
import { reportOf, type Section, sectionText } from './report';
import { say } from './say';
import { chosenScenarios } from './scenarios';
import { Surroundings } from './surroundings';

const REPORT = join(__dirname, '../docs/benchmarks.md');

/** Runs the scenarios that the command line names and prints their sections; without names, writes the report of them all. */
async function main(names: readonly string[]): Promise<void> {
  const chosen = chosenScenarios(names);
  const limitSeconds = chosen.reduce((sum, one) => sum + one.limitSeconds, 0);
  setTimeout(() => endEarly(`not done after ${limitSeconds} s`), limitSeconds * 1_000).unref();
  const servers = await Surroundings.during(async (surroundings) => surroundings.servers);
  const machine = machineOf(servers);
  say(machine);
  const sections: Section[] = [];
  for (const { name, run } of chosen) {
    const startedAt = Date.now();
    const section = await run();
    say(`${name} took ${Math.round((Date.now() - startedAt) / 1_000)} s`);
    sections.push(section);
    process.stdout.write(`\n${await sectionText(section)}\n`);
  }
  if (names.length > 0) return;
  await writeFile(REPORT, await reportOf(machine, new Date(), sections));
  say('docs/benchmarks.md is written');
}

/** Ends early, and still leaves nothing behind. */
function endEarly(why: string): void {
  process.stderr.write(`bench: ${why}\n`);
  void Surroundings.closeAll().finally(() => process.exit(1));
}

process.once('SIGINT', () => endEarly('interrupted'));
process.once('SIGTERM', () => endEarly('told to end'));
main(process.argv.slice(2)).catch((error: unknown) =>
  endEarly(error instanceof Error ? (error.stack ?? error.message) : String(error)),
);
