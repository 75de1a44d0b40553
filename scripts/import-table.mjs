// The table "Folders" of docs/architecture.md as ESLint entries: which folder of src may import which folders and packages.
// Flat config replaces a rule's options instead of merging them, so exactly one entry here applies to any one file.

const VALIDATION = ['class-transformer', 'class-validator'];
const NEST = ['@nestjs/common', '@nestjs/core', '@nestjs/schedule', ...VALIDATION, 'rxjs', 'uuid'];
const HTTP = [...NEST, '@nestjs/platform-express', '@nestjs/swagger', 'express'];
const AMQP = ['@golevelup/nestjs-rabbitmq', 'amqp-connection-manager', 'amqplib'];
const MONGOOSE = ['@nestjs/mongoose', 'mongoose', 'mongodb']; // the last is the driver under Mongoose, for its types

/**
 * Folder: the folders it may import, the packages it may import, and those that only its specifications may. Node's
 * built-ins and a folder's own files always.
 */
export const IMPORT_TABLE = {
  log: [[], []],
  config: [['log'], NEST],
  telemetry: [['log'], [...NEST, 'pino', 'pino-pretty', 'prom-client']],
  messaging: [
    ['log', 'config', 'telemetry'],
    [...NEST, ...AMQP],
  ],
  storage: [
    ['log', 'config', 'telemetry'],
    [...NEST, ...MONGOOSE, 'uuid'],
  ],
  alerts: [
    ['log', 'config', 'storage', 'telemetry'], // of storage only its connection: docs/adr/0016
    [...NEST, ...MONGOOSE],
  ],
  expiry: [
    ['log', 'config', 'telemetry'],
    [...NEST, ...MONGOOSE],
  ],
  http: [['config', 'telemetry'], HTTP],
  embedded: [[], ['bson'], ['amqplib', 'mongoose']], // the last: the clients that its servers are tested with
  'modules/source': [
    ['log', 'config', 'messaging', 'http', 'telemetry'],
    [...HTTP, 'chokidar', 'fast-glob'],
  ],
  'modules/collector': [
    ['log', 'config', 'messaging', 'storage', 'telemetry'],
    [...NEST, AMQP[0]],
  ],
  'modules/monitoring': [
    ['log', 'config', 'messaging', 'alerts', 'telemetry'],
    [...NEST, '@nestjs/microservices'],
  ],
  'modules/search': [['log', 'config', 'messaging', 'storage', 'alerts', 'expiry', 'http', 'telemetry'], HTTP],
  'modules/retention': [
    ['log', 'config', 'storage', 'expiry', 'telemetry'],
    [...NEST, 'cron'],
  ],
};
const SPEC_PACKAGES = ['@nestjs/testing', 'fast-check']; // for a specification beside its source, as is test/support

const oneOf = (words) => `(?:${words.map((word) => word.replace(/[.]/g, '\\.')).join('|') || '(?!)'})(?:/|$)`;

/** The options of no-restricted-imports for one folder. Folder names are unique, so any depth of `../` can be told. */
function restriction(folder, [folders, packages, forSpecs = []], spec) {
  const others = Object.keys(IMPORT_TABLE).filter((name) => name !== folder && !folders.includes(name));
  const foreign = [...others.map((name) => name.replace('modules/', '')), 'app.module', 'main', 'scripts', 'bench'];
  const outside = `(?:\\./)*(?:\\.\\./)+(?:src/)?(?:modules/)?${oneOf(foreign)}`;
  const test = spec ? '(?:\\.\\./)+test/(?!support/)' : '(?:\\.\\./)+test/';
  const unknown = `(?!\\.{1,2}/|node:)(?!${oneOf(spec ? [...packages, ...forSpecs, ...SPEC_PACKAGES] : packages)})`;
  const message = `src/${folder} may not import this: see the table "Folders" in docs/architecture.md.`;
  return { patterns: [{ regex: `^(?:${outside}|${test}|${unknown})`, message }] };
}

const entry = (files, ignores, restricted, homeless) => ({
  files,
  ignores,
  rules: {
    ...(restricted && { 'no-restricted-imports': ['error', restricted] }),
    // A computed import would pass the table by; only the entry points (which the table does not bind) need one.
    'no-restricted-syntax': [
      'error',
      { selector: 'ImportExpression', message: 'Import at the top of the file, where the import table sees it.' },
      ...(homeless ? [{ selector: 'Program', message: homeless }] : []),
    ],
  },
});

const folders = Object.entries(IMPORT_TABLE).flatMap(([folder, row]) => [
  entry([`src/${folder}/**/*.ts`], ['**/*.spec.ts', '**/index.ts'], restriction(folder, row, false)),
  entry([`src/${folder}/**/*.spec.ts`], [], restriction(folder, row, true)),
]);
const known = [
  ...Object.keys(IMPORT_TABLE).map((name) => `src/${name}/**`),
  'src/main.ts',
  'src/embedded-servers.ts',
  'src/app.module*.ts',
];

export const importTable = [
  ...folders,
  entry(['**/index.ts'], [], undefined, 'No barrels: import the file itself.'),
  entry(['src/**/*.ts'], [...known, '**/index.ts'], undefined, 'This folder is not in scripts/import-table.mjs.'),
];
