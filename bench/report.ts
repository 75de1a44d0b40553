import { format } from 'prettier';
import type { Figure } from './figures';

/** A scenario's part of the report. */
export interface Section {
  readonly title: string;
  /** What was done and measured. */
  readonly text: string;
  readonly figures: readonly Figure[];
}

/** The report as Markdown. */
export async function reportOf(machine: string, at: Date, sections: readonly Section[]): Promise<string> {
  const head = [
    '# Benchmarks',
    'Written by `npm run bench`, which takes three to four minutes. `npm run bench -- alerts expiry` measures single sections and ' +
      'only prints them, as do `soak` (ten minutes at 20,000 records a second) and `flood` (a minute of 50,000 errors a second).',
    `Measured on ${at.toISOString().slice(0, 10)}: ${machine}. Everything runs on this one machine: RabbitMQ and MongoDB (replica set of ` +
      'one) as `scripts/services.sh` starts them, the built program with one process a role, and the benchmark itself.',
    'Packs are confirmed by a quorum queue, writes are acknowledged by a majority and journaled. Lines have 40 pairs of service ' +
      'and severity with a skewed mix, jittered times, and come from a seeded generator. CPU time is user and system time of the ' +
      'whole process while it was measured; memory is the most a process ever held. A ratio above 1 means better than the aim.',
  ];
  return formatted([...head, ...sections.map(markdownOf)].join('\n\n'));
}

/** One section as it stands in the report. */
export function sectionText(section: Section): Promise<string> {
  return formatted(markdownOf(section));
}

function markdownOf({ title, text, figures }: Section): string {
  return `## ${title}\n\n${text}\n\n${tableOf(figures)}`;
}

function formatted(markdown: string): Promise<string> {
  return format(markdown, { parser: 'markdown', printWidth: 120 });
}

function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ name, measured, aim = '', ratio = '' }) => `| ${name} | ${measured} | ${aim} | ${ratio} |`,
  );
  return ['| figure | measured | aim | ratio |', '|---|---|---|---|', ...rows].join('\n');
}
