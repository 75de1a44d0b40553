import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { type Config, ConfigError, loadConfig, printConfig, withOwnUrl } from './config/config';
import { unsafeSettings } from './config/unsafe';
import { type ReadyServers, startServers } from './embedded-servers';
import { addressesOf } from './http/addresses';
import { configureApp } from './http/configure-app';
import { openServer } from './http/start-server';
import { consumersOf } from './messaging/consumers';
import { MonitoringLink } from './modules/monitoring/monitoring-link';
import { monitoringTransport } from './modules/monitoring/monitoring.transport';
import { uriProblem } from './storage/store-connection';
import { createLogger } from './telemetry/logger';
import { createRegistry } from './telemetry/metrics';
import { NestPinoLogger } from './telemetry/nest-logger';
import { ProcessEvents } from './telemetry/process-events';
import { Telemetry } from './telemetry/telemetry';

const EXIT_BAD_CONFIG = 2;
/** One Ctrl-C reaches the process twice where npm or nest run it: from the terminal, and handed on by them. */
const SAME_SIGNAL_MS = 500;
/** How long a stop waits for parts that are being opened: where a server is away, they never are. */
const OPENING_MS = 5_000;

/** `node dist/main.js [--check-config | --print-config]`; everything else comes from the environment. */
async function main(argument: string | undefined): Promise<void> {
  const config = readConfig();
  if (config === null) return;
  if (argument === '--check-config') return say('The configuration is sound.');
  if (argument === '--print-config') return say(printConfig(process.env));
  if (argument !== undefined)
    return refuse(`unknown argument ${argument}; there are --check-config and --print-config`);
  await run(config);
}

function readConfig(): Config | null {
  let config: Config | null = null;
  const problems: string[] = [];
  try {
    config = loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  if (!problems.some((problem) => problem.startsWith('MONGODB_URI:'))) problems.push(...storeProblems());
  if (problems.length === 0) return config;
  refuse(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  return null;
}

/** What only the driver knows of MONGODB_URI: its options, and what must be escaped. */
function storeProblems(): string[] {
  const uri = process.env['MONGODB_URI']?.trim() ?? '';
  const problem = uri === '' ? null : uriProblem(uri);
  return problem === null ? [] : [problem];
}

/**
 * Health opens first, because the start waits for broker and store; then the servers within the process; then the parts
 * of the roles; the API last.
 */
async function run(settings: Config): Promise<void> {
  const telemetry = new Telemetry(createLogger(settings.process), createRegistry());
  const events = new ProcessEvents(telemetry);
  const server = await openServer(settings, telemetry);
  for (const { variable, why } of unsafeSettings(settings)) events.unsafe(variable, why);
  let servers: ReadyServers | null = null;
  let app: NestExpressApplication | null = null;
  let opening: Promise<void> = Promise.resolve();
  let isStopping = false;
  stopOnSignal(events, async () => {
    isStopping = true;
    await server.close();
    // What is closed while it opens goes on opening, on servers that end: that ended the process before they had saved.
    await Promise.race([opening.catch(() => undefined), sleep(OPENING_MS)]);
    try {
      await app?.close(); // null while the start still waits for the store: there is nothing to drain then
    } finally {
      await servers?.close();
    }
  });
  servers = await startServers(withOwnUrl(settings, server.url), telemetry);
  const { config } = servers;
  app = await NestFactory.create<NestExpressApplication>(AppModule.for(config, telemetry), {
    bodyParser: false,
    logger: new NestPinoLogger(telemetry.log),
    abortOnError: false,
  });
  configureApp(app, config);
  opening = openParts(app, config);
  await opening.catch((error: unknown) => {
    if (!isStopping) throw error; // else it was closed while it opened, and the stop goes on
  });
  if (isStopping) return;
  server.handOver(app);
  for (const consumer of consumersOf(config)) events.consuming(consumer);
  events.started(addressesOf(server.url, config.process.roles));
}

async function openParts(app: NestExpressApplication, config: Config): Promise<void> {
  const link = config.process.roles.includes('monitoring') ? app.get(MonitoringLink, { strict: false }) : null;
  const monitoring = link && app.connectMicroservice(monitoringTransport(config, (error) => link.channelFailed(error)));
  await app.init();
  await app.startAllMicroservices();
  if (monitoring !== null) link?.attach(monitoring.unwrap());
}

/** The first signal stops in order: no new requests, then consumers, broker, store. A second one ends at once. */
function stopOnSignal(events: ProcessEvents, stop: () => Promise<void>): void {
  let since: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (since !== null && now - since > SAME_SIGNAL_MS) process.exit(1);
    if (since !== null) return;
    since = now;
    events.stopping(signal);
    stop().then(
      () => {
        events.stopped((performance.now() - now) / 1_000);
        process.exit(0);
      },
      (error: unknown) => {
        events.stopFailed(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function refuse(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = EXIT_BAD_CONFIG;
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
