import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { VARIABLES } from '../../src/config/environment';
import { ROLES } from '../../src/config/roles';
import type { Variable } from '../../src/config/variables';
import { ERROR_STATUS } from '../../src/http/api-error';
import { WARNING_CODES } from '../../src/modules/search/search-answers';

const ROOT = join(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const ARCHITECTURE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** The text under a heading, up to the next one of its level or above. */
function section(heading: string, document = README): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const [, text = ''] = document.split(`\n${heading}\n`);
  const end = text.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end < 0 ? text : text.slice(0, end);
}

/** The cells of a section's first table, without its head. */
function rowsUnder(heading: string, document = README): string[][] {
  const lines = section(heading, document).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, i) => i > first && !line.startsWith('|'));
  return lines.slice(first + 2, end).map((line) => {
    const cells = line.split('|').slice(1, -1);
    return cells.map((cell) => cell.trim());
  });
}

const code = (text: string): string => `\`${text}\``;

describe('the README', () => {
  const variables = Object.values(VARIABLES).flatMap((group) => Object.values<Variable<unknown>>(group));

  it.each(variables.map((variable) => [variable.name, variable] as const))(
    'has %s in its table, with its default and what it does',
    (name, { default: fallback, help }) => {
      const row = rowsUnder('## Environment variables').find(([cell]) => cell === code(name));
      expect(row).toEqual([code(name), fallback === '' ? 'empty' : code(fallback), help]);
    },
  );

  it('has no variable in its table that the program does not read', () => {
    const named = rowsUnder('## Environment variables').map(([cell]) => cell);
    expect(named).toEqual(variables.map(({ name }) => code(name)));
  });

  it('lists every code of an error with its status', () => {
    const listed = rowsUnder('### Errors').map(([name, status]) => [name, Number(status)]);
    expect(listed).toEqual(Object.entries(ERROR_STATUS).map(([name, status]) => [code(name), status]));
  });

  it('lists every role', () => {
    expect(rowsUnder('## Roles').map(([name]) => name)).toEqual(ROLES.map(code));
  });

  it('names every warning of an answer', () => {
    expect(WARNING_CODES.filter((warning) => !section('## Find logs').includes(code(warning)))).toEqual([]);
  });
});

describe('the architecture', () => {
  it('has the import table that ESLint enforces', () => {
    const script = `import('./scripts/import-table.mjs').then(({ IMPORT_TABLE }) =>
      console.log(JSON.stringify(Object.entries(IMPORT_TABLE).map(([folder, [folders]]) => [folder, folders]))))`;
    const enforced = JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' })) as [
      string,
      string[],
    ][];
    const words = (cell: string | undefined): string[] =>
      [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, w = '']) => w);
    const rows = rowsUnder('## Folders', ARCHITECTURE).slice(0, -1); // the last is main.ts and app.module.ts
    const written = rows.flatMap(([folders, imports]) => words(folders).map((folder) => [folder, words(imports)]));
    const byFolder = (table: unknown[][]): unknown => Object.fromEntries(table);
    expect(byFolder(written)).toEqual(byFolder(enforced));
  });
});

describe('links between documents', () => {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const documents = ['README.md', 'CHANGELOG.md', ...inDocs.map((path) => join('docs', path))];

  it.each(documents.filter((path) => path.endsWith('.md')))('%s: each leads to something there', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    const missing = local.filter((target) => !leadsSomewhere(join(ROOT, path), target));
    expect(missing).toEqual([]);
  });
});

/** A file or folder of the project, and a heading of it where one is named. */
function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#', 2);
  const path = file === '' ? from : join(dirname(from), file);
  if (relative(ROOT, path).startsWith('..') || !existsSync(path)) return false;
  return anchor === undefined || anchorsOf(readFileSync(path, 'utf8')).includes(anchor);
}

/** As GitHub names headings: lower case, spaces to dashes, punctuation left out. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
