import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The table "Folders" of docs/architecture.md, written out again: the folders each folder may import. */
const FOLDERS: Record<string, string[]> = {
  log: [],
  config: ['log'],
  telemetry: ['log'],
  messaging: ['log', 'config', 'telemetry'],
  storage: ['log', 'config', 'telemetry'],
  alerts: ['log', 'config', 'storage', 'telemetry'],
  expiry: ['log', 'config', 'telemetry'],
  http: ['config', 'telemetry'],
  embedded: [],
  'modules/source': ['log', 'config', 'messaging', 'http', 'telemetry'],
  'modules/collector': ['log', 'config', 'messaging', 'storage', 'telemetry'],
  'modules/monitoring': ['log', 'config', 'messaging', 'alerts', 'telemetry'],
  'modules/search': ['log', 'config', 'messaging', 'storage', 'alerts', 'expiry', 'http', 'telemetry'],
  'modules/retention': ['log', 'config', 'storage', 'expiry', 'telemetry'],
};
const NAMES = Object.keys(FOLDERS);
const STORES = ['storage', 'alerts', 'expiry'];
/** Who may import a package; everybody else may not. */
const PACKAGES: Record<string, string[]> = {
  'node:zlib': NAMES,
  '@nestjs/common': NAMES.filter((name) => name !== 'log' && name !== 'embedded'),
  '@golevelup/nestjs-rabbitmq': ['messaging', 'modules/collector'],
  amqplib: ['messaging'],
  'amqplib/callback_api': ['messaging'],
  'amqp-connection-manager': ['messaging'],
  mongoose: STORES,
  '@nestjs/mongoose': STORES,
  '@nestjs/microservices': ['modules/monitoring'],
  'prom-client': ['telemetry'],
  pino: ['telemetry'],
  'left-pad': [],
  'src/log/severity': [],
};

interface Case {
  filePath: string;
  code: string;
  refused: boolean;
}

const importing = (path: string): string => `import { thing } from '${path}';\nthing();\n`;
const up = (folder: string): string => '../'.repeat(folder.split('/').length);

function reports(cases: Case[]): string[][] {
  const program = join(__dirname, '../support/lint-cases.mjs');
  const answer = execFileSync(process.execPath, [program], { input: JSON.stringify(cases), encoding: 'utf8' });
  return JSON.parse(answer) as string[][];
}

/** One run of ESLint for all cases; the failures name the import that was judged wrongly. */
function judgedWrongly(cases: Case[], rule = 'no-restricted-imports'): string[] {
  return reports(cases).flatMap((rules, i) =>
    rules.includes(rule) === cases[i].refused ? [] : [`${cases[i].filePath}: ${cases[i].code} -> ${rules.join(', ')}`],
  );
}

describe('the import table', () => {
  it('allows each folder the folders of its row, and refuses every other', () => {
    const cases = NAMES.flatMap((from) =>
      [...NAMES, 'app.module', 'main'].map((to) => ({
        filePath: `src/${from}/planted.ts`,
        code: importing(from === to ? './thing' : `${up(from)}${/^(app|main)/.test(to) ? to : `${to}/thing`}`),
        refused: from !== to && !FOLDERS[from].includes(to),
      })),
    );
    expect(judgedWrongly(cases)).toEqual([]);
  });

  it('allows a package only where it is at home', () => {
    const cases = NAMES.flatMap((from) =>
      Object.entries(PACKAGES).map(([name, homes]) => ({
        filePath: `src/${from}/planted.ts`,
        code: importing(name),
        refused: !homes.includes(from),
      })),
    );
    expect(judgedWrongly(cases)).toEqual([]);
  });

  it('sees through depth, type imports, re-exports and roundabout paths', () => {
    const filePath = 'src/modules/search/query/planted.ts';
    const refused = [
      importing('../../collector/thing'),
      importing('../../../modules/collector/thing'),
      importing('./../../collector/thing'),
      importing('../../../../src/modules/collector/thing'),
      importing('../../collector'),
      `import type { Thing } from '../../collector/thing';\nexport const x: Thing = 1;\n`,
      `export { thing } from '../../collector/thing';\n`,
      `export * from '../../collector/thing';\n`,
    ];
    const allowed = [importing('../../../storage/thing'), importing('../filter'), importing('./collector/thing')];
    const cases = [
      ...refused.map((code) => ({ filePath, code, refused: true })),
      ...allowed.map((code) => ({ filePath, code, refused: false })),
    ];
    expect(judgedWrongly(cases)).toEqual([]);
  });

  it('lets specifications, and only them, use the test support and fast-check', () => {
    const paths = {
      '../../test/support/eventually': true,
      'fast-check': true,
      '../../test/e2e/thing': false,
      mongoose: false,
    };
    const cases = Object.entries(paths).flatMap(([path, allowed]) => [
      { filePath: 'src/log/planted.ts', code: importing(path), refused: true },
      { filePath: 'src/log/planted.spec.ts', code: importing(path), refused: !allowed },
    ]);
    expect(judgedWrongly(cases)).toEqual([]);
  });

  it('refuses barrels, folders it does not know, and imports it cannot see', () => {
    const cases = [
      { filePath: 'src/log/index.ts', code: `export * from './severity';\n`, refused: true },
      { filePath: 'src/modules/search/index.ts', code: 'export const x = 1;\n', refused: true },
      { filePath: 'src/utils/planted.ts', code: 'export const x = 1;\n', refused: true },
      { filePath: 'src/log/planted.ts', code: `export const x = import('./severity');\n`, refused: true },
      { filePath: 'src/main.ts', code: `export const x = import('./embedded/amqp-server');\n`, refused: false },
      { filePath: 'src/app.module.ts', code: importing('./modules/search/search.module'), refused: false },
    ];
    expect(judgedWrongly(cases, 'no-restricted-syntax')).toEqual([]);
  });
});
