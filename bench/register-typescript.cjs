const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

/** Lets Node load TypeScript files as they are, so that the benchmark shares the tests' support without a build. */
require.extensions['.ts'] = (module, filename) => {
  const options = {
    filename,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'commonjs', ignoreDynamic: true },
    sourceMaps: 'inline',
  };
  module._compile(transformSync(readFileSync(filename, 'utf8'), options).code, filename);
};
