const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
      sourceMaps: 'inline',
    },
  ],
};
const project = (displayName, root, extra = {}) => ({
  displayName,
  rootDir: __dirname,
  roots: [`<rootDir>/${root}`],
  testEnvironment: 'node',
  testRegex: '\\.spec\\.ts$',
  moduleFileExtensions: ['ts', 'js', 'json'],
  transform,
  ...extra,
});

/** `npm run test:unit`, `test:integration` and `test:e2e` each select one of these projects. */
module.exports = {
  testTimeout: 60_000,
  projects: [project('unit', 'src'), project('integration', 'test/integration'), project('e2e', 'test/e2e')],
};
