const realOnly = require('./test/support/real-only.json');

const swc = (syntax) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: syntax === 'typescript' ? { syntax, decorators: true } : { syntax },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
// MongoDB's driver loads `os` with import(), which Jest's sandbox refuses; compiled, it is a require().
const driverFile = '/node_modules/mongodb/lib/runtime_adapters\\.js$';
const transform = { '^.+\\.ts$': swc('typescript'), [driverFile]: swc('ecmascript') };
const project = (displayName, folders, extra = {}) => ({
  displayName,
  rootDir: __dirname,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testEnvironment: '<rootDir>/test/support/environment.js',
  testMatch: folders.map((folder) => `<rootDir>/${folder}/**/*.spec.ts`),
  moduleFileExtensions: ['ts', 'js', 'json'],
  transform,
  transformIgnorePatterns: ['/node_modules/(?!mongodb/lib/runtime_adapters\\.js$)'],
  ...extra,
});
// These start whole processes, and so have the machine to themselves, two files at a time.
const apart = { runner: '<rootDir>/test/support/apart-runner.js' };
// A missing server fails the run before its first test, with the command that starts it; nothing is skipped.
const servers = { globalSetup: '<rootDir>/test/support/require-services.ts' };

// The files of `integration` again, on the embedded servers, which test/support/target.ts starts: nothing is needed.
// test/support/real-only.json says what these cannot run, and why.
const embedded = {
  globals: { servers: 'embedded' },
  testPathIgnorePatterns: [
    '/node_modules/',
    ...Object.values(realOnly.files)
      .flat()
      .map((file) => `/${file.replaceAll('.', '\\.')}$`),
  ],
};

// The built program with its embedded servers: nothing is needed for these files of `e2e`.
const ofProgram = { ...apart, testMatch: ['<rootDir>/test/e2e/embedded*.spec.ts'] };
const ofServers = {
  ...apart,
  ...servers,
  testPathIgnorePatterns: ['/node_modules/', '/test/e2e/embedded[^/]*$'],
};

/** `npm run test:unit`, `test:embedded`, `test:integration` and `test:e2e` each select one of these projects. */
module.exports = {
  testTimeout: 60_000,
  maxWorkers: 2, // not one fewer than there are cores, which is one at a time on two
  projects: [
    project('unit', ['src', 'test/unit']),
    project('embedded', ['test/integration', 'test/support'], embedded),
    project('integration', ['test/integration', 'test/support'], servers),
    project('e2e-embedded', ['test/e2e'], ofProgram),
    project('e2e', ['test/e2e'], ofServers),
  ],
};
