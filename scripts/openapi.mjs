// Writes docs/openapi.json from the built program (`npm run openapi`), or with --check fails where it differs.
// The application is made in Nest's preview mode: its routes are known, nothing is instantiated, no broker or store asked.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const file = fileURLToPath(new URL('../docs/openapi.json', import.meta.url));

async function currentDocument() {
  require('reflect-metadata');
  const { NestFactory } = require('@nestjs/core');
  const { AppModule } = require('../dist/app.module');
  const { loadConfig } = require('../dist/config/config');
  const { openApiDocument } = require('../dist/http/openapi');
  const { createLogger } = require('../dist/telemetry/logger');
  const { Telemetry } = require('../dist/telemetry/telemetry');
  const { Registry } = require('prom-client');

  const config = loadConfig({ ROLE: 'all', LOG_LEVEL: 'silent' });
  const telemetry = new Telemetry(createLogger(config.process), new Registry());
  const app = await NestFactory.create(AppModule.for(config, telemetry), { preview: true, logger: ['error'] });
  return `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
}

const document = await currentDocument();
if (process.argv[2] !== '--check') {
  writeFileSync(file, document);
} else if (readFileSync(file, 'utf8') !== document) {
  console.error(
    'docs/openapi.json is not what the program answers at /docs-json: run `npm run openapi` and commit it.',
  );
  process.exitCode = 1;
}
process.exit();
