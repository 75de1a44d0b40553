import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIABLES } from '../../src/config/environment';
import { ROLES } from '../../src/config/roles';
import type { Variable } from '../../src/config/variables';

interface Route {
  readonly tags?: readonly string[];
}

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const isOfSource = ({ tags }: Route): boolean => tags?.includes('ingest') === true;
const names = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), ([, name]) => String(name));
const variables = Object.values(VARIABLES).flatMap((group) => Object.values<Variable<unknown>>(group));
const known = variables.map(({ name }) => name);

describe('the variables that the deployment files name', () => {
  it.each([
    ['.env.example', /^#?([A-Z_]+)=/gm],
    ['docker-compose.yml', /^ +([A-Z_]+): /gm],
  ])('%s: are the ones that the program reads', (path, pattern) => {
    const ofTheServers = /^RABBITMQ_(DEFAULT_(USER|PASS)|PASSWORD)$/; // RabbitMQ's own image
    const named = names(read(path), pattern).filter((name) => !ofTheServers.test(name));
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('are offered with the default that the program has, where docker-compose.yml hands them on', () => {
    const own = new Set(['SOURCE_DEMO', 'PUBLIC_URL']); // on, and on the gateway's port
    const handedOn = [...read('docker-compose.yml').matchAll(/^ +([A-Z_]+): \$\{\1:-(.*)\}$/gm)];
    const defaults = handedOn.flatMap(([, name = '', value]) => (own.has(name) ? [] : [[name, value]]));
    expect(defaults.length).toBeGreaterThan(8);
    expect(defaults).toEqual(defaults.map(([name]) => [name, variables.find((one) => one.name === name)?.default]));
    const example = names(read('.env.example'), /^#([A-Z_]+)=/gm);
    expect(handedOn.map(([, name = '']) => name).filter((name) => !example.includes(name))).toEqual([]);
  });

  it('name each role once, as a service of one image', () => {
    const roles = names(read('docker-compose.yml'), /^ +ROLE: (\w+)$/gm);
    expect(roles.sort()).toEqual(['collector', 'monitoring', 'retention', 'search', 'source']);
  });
});

describe('the services of docker-compose.yml', () => {
  const [, services = ''] = read('docker-compose.yml').split(/^services:$/m);
  const blocks = services.split(/^ {2}(?=\w+:$)/m).slice(1);

  it.each(ROLES)('%s can be scaled: it publishes no port and has no name of its own', (role) => {
    const block = blocks.find((text) => text.startsWith(`${role}:`));
    expect(block).toContain('<<: *logwarren');
    expect(block).not.toMatch(/ports:|container_name:|hostname:/);
  });

  it('publish on loopback only', () => {
    const published = names(services, /^ +- '([\d.:]+:\d+)'/gm);
    expect(published.length).toBeGreaterThan(2);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });
});

describe('the gateway', () => {
  it("hands the source's routes to sources and all others to searches", () => {
    const { paths } = JSON.parse(read('docs/openapi.json')) as { paths: Record<string, Record<string, Route>> };
    const routes = Object.entries(paths).filter(([, methods]) => Object.values(methods).some(isOfSource));
    const [, listed = ''] = /acl is_for_source path -i (.*)/.exec(read('gateway/haproxy.cfg')) ?? [];
    expect(routes.length).toBeGreaterThan(0);
    expect(listed.split(' ')).toEqual(routes.flatMap(([path]) => [path, `${path}/`]));
  });
});

describe('the steps of a Dockerfile, taken without a container engine', () => {
  const build = (...lines: string[]): string => {
    const script = `import('./scripts/dockerfile.mjs').then(({ buildImage }) =>
      buildImage({ text: process.env.DOCKERFILE, context: '.', folder: process.env.FOLDER, say: () => undefined }))
      .then(({ command }) => console.log(JSON.stringify(command)), ({ message }) => console.log(message))`;
    const folder = mkdtempSync(join(tmpdir(), 'logwarren-dockerfile-'));
    const env = { ...process.env, DOCKERFILE: lines.join('\n'), FOLDER: folder };
    try {
      return execFileSync(process.execPath, ['-e', script], { cwd: ROOT, env, encoding: 'utf8' }).trim();
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const copied = [
    'FROM node:24-slim AS build',
    'WORKDIR /app',
    'COPY package.json nest-cli.json ./',
    'COPY src/config ./src/config',
  ];

  it('are taken', () => {
    const steps = [
      'RUN test -f package.json \\',
      '  && test -f src/config/config.ts && test ! -e src/config/config.spec.ts',
    ];
    const second = [
      'FROM node:24-slim',
      'COPY --from=build /app /srv',
      'WORKDIR /srv',
      'RUN test -f src/config/config.ts',
    ];
    expect(build(...copied, ...steps, ...second, 'CMD ["node", "x"]')).toBe('["node","x"]');
  });

  it.each([
    ['ADD x y', /:5: ADD: not known/],
    ['VOLUME /data', /:5: VOLUME: not known/],
    ['COPY README.md ./', /:5: COPY: .*README.md is not there, or .dockerignore leaves it out/],
    ['COPY --link src ./src', /:5: COPY: unknown flag --link/],
    ['COPY --from=built /app ./', /:5: COPY: no stage built/],
    ['COPY ../x ./', /:5: COPY: ..\/x is outside the context/],
    ['RUN false', /:5: RUN: ended with 1/],
    ['RUN rm -rf /app', /:5: RUN: an absolute path/],
    ['CMD node dist/main.js', /:5: CMD: only the form \["word", ...\]/],
    ['HEALTHCHECK CMD curl http://127.0.0.1', /:5: HEALTHCHECK: only the form/],
    ['ENV A="b c"', /:5: ENV: only NAME=value/],
    ['USER root', /:5: USER: the only user known is node/],
    ['FROM debian:12', /:5: FROM: only an image of Node/],
  ])('are refused where it is not known what they do: %s', (line, problem) =>
    expect(build(...copied, line)).toMatch(problem),
  );
});
