// Takes the steps of a Dockerfile without a container engine: each stage is a folder that stands for its `/`. Knows
// exactly the instructions that ours uses, and refuses all else, so that what passes here was really done.
//
// What it cannot do as an engine would: the base image is this machine with its Node, RUN works in a folder and not in a
// root of its own (so it must not name absolute paths), and owners are kept only where this runs as root.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { dockerignore } from './dockerignore.mjs';

/** The user `node` of Node's images. */
export const NODE_USER = { uid: 1000, gid: 1000 };
const isRoot = process.getuid?.() === 0;

/** The instructions of a Dockerfile, one an element: `{ line, word, rest }`. */
export function parseDockerfile(text) {
  const instructions = [];
  let continued = '';
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const line = continued + raw.trim();
    continued = line.endsWith('\\') ? line.slice(0, -1) : '';
    if (continued !== '') continue;
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    instructions.push({ line: index + 1, word, rest });
  }
  return instructions;
}

/**
 * Builds all stages below `folder` from `context`, and returns the last one: `root` (the folder that is its `/`), `cwd`,
 * `env`, `user` (null: root), `exposed`, `command` and `healthCheck` (lists of words). Throws Error with the line that it
 * does not understand or that fails.
 *
 * @param say called with each step before it is taken.
 */
export function buildImage({ text, context, folder, say }) {
  const stages = [];
  for (const { line, word, rest } of parseDockerfile(text)) {
    say(`${word} ${rest}`);
    try {
      if (word === 'FROM') stages.push(newStage(rest, folder, stages.length));
      else instructionOf(word)(currentOf(stages), rest, { stages, context });
    } catch (error) {
      throw new Error(`Dockerfile:${line}: ${word}: ${error.message}`, { cause: error });
    }
  }
  return currentOf(stages);
}

function newStage(rest, folder, index) {
  const [, base, name = String(index)] = /^(node:\d+[\w.-]*)(?: AS (\w+))?$/.exec(rest) ?? [];
  if (base === undefined) throw new Error('only an image of Node is known: FROM node:<version> [AS <name>]');
  const root = join(folder, name);
  mkdirSync(root);
  return { name, base, root, cwd: '/', env: {}, user: null, exposed: null, command: null, healthCheck: null };
}

function currentOf(stages) {
  const stage = stages.at(-1);
  if (stage === undefined) throw new Error('an instruction before FROM');
  return stage;
}

const INSTRUCTIONS = { WORKDIR, COPY, RUN, ENV, USER, EXPOSE, HEALTHCHECK, CMD };

function instructionOf(word) {
  if (!Object.hasOwn(INSTRUCTIONS, word)) throw new Error('not known here: teach scripts/dockerfile.mjs what it does');
  return INSTRUCTIONS[word];
}

/** Where a path of the image is on this machine. */
export function pathIn({ root, cwd }, path) {
  const found = isAbsolute(path) ? join(root, path) : join(root, cwd, path);
  if (relative(root, found).startsWith('..')) throw new Error(`${path} leads out of the image`);
  return path.endsWith('/') ? found.replace(/\/*$/, '/') : found;
}

function WORKDIR(stage, rest) {
  if (!isAbsolute(rest)) throw new Error('an absolute path is needed');
  stage.cwd = rest;
  mkdirSync(pathIn(stage, rest), { recursive: true });
}

function COPY(stage, rest, { stages, context }) {
  const words = rest.split(/\s+/);
  const flags = Object.fromEntries(words.filter((w) => w.startsWith('--')).map((w) => w.slice(2).split('=', 2)));
  const { from, chown, ...others } = flags;
  if (Object.keys(others).length > 0) throw new Error(`unknown flag --${Object.keys(others)[0]}`);
  if (chown !== undefined && chown !== 'node:node') throw new Error('the only owner known is node:node');
  const paths = words.filter((w) => !w.startsWith('--'));
  const target = pathIn(stage, paths.pop() ?? '');
  if (paths.length === 0) throw new Error('a source and a target are needed');
  if (paths.length > 1 && !target.endsWith('/')) throw new Error('several sources need a target that ends in /');
  const other = from === undefined ? null : stages.find(({ name }) => name === from);
  if (other === undefined) throw new Error(`no stage ${from}`);
  for (const path of paths) {
    if (path.split('/').includes('..')) throw new Error(`${path} is outside the context`);
    if (other === null) copy(join(context, path), target, ignoredIn(context));
    else copy(pathIn(other, path), target, () => false);
  }
  if (chown !== undefined && isRoot) must(spawnSync('chown', ['-R', `${NODE_USER.uid}:${NODE_USER.gid}`, target]));
}

function ignoredIn(context) {
  const isIgnored = dockerignore(context);
  return (path) => isIgnored(relative(context, path).split(sep).join('/'));
}

/** A folder gives its content, a file itself. */
function copy(source, target, isIgnored) {
  if (!existsSync(source) || (statSync(source).isFile() && isIgnored(source))) {
    throw new Error(`${source} is not there, or .dockerignore leaves it out`);
  }
  const isFolder = statSync(source).isDirectory();
  const to = !isFolder && target.endsWith('/') ? join(target, basename(source)) : target;
  const filter = (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true || !isIgnored(path);
  cpSync(source, to, { recursive: true, verbatimSymlinks: true, filter });
}

function RUN(stage, rest) {
  if (rest.startsWith('[') || rest.startsWith('--')) throw new Error('only the form of a shell command is known');
  if (/(^|[\s=;&|<>'"])\/\w/.test(rest)) throw new Error('an absolute path would be one of this machine');
  if (stage.user !== null) throw new Error('known before USER only');
  // The image begins without NODE_ENV. What npm has in its cache need not be asked for again.
  const env = { ...process.env, NODE_ENV: '', npm_config_prefer_offline: 'true', ...envOf(stage) };
  must(spawnSync('/bin/sh', ['-c', rest], { cwd: pathIn(stage, stage.cwd), env, stdio: ['ignore', 2, 2] }));
}

function must({ status, signal, error }) {
  if (error) throw error;
  if (status !== 0) throw new Error(`ended with ${status ?? signal}`);
}

function ENV(stage, rest) {
  for (const word of rest.split(/\s+/)) {
    const [, name, value] = /^([A-Z_]+)=([^"'$\\]*)$/.exec(word) ?? [];
    if (name === undefined) throw new Error(`only NAME=value is known: ${word}`);
    stage.env[name] = value;
  }
}

/** The variables of a stage; a value that is an absolute path is one of the image. */
export function envOf(stage) {
  const values = Object.entries(stage.env);
  return Object.fromEntries(values.map(([name, value]) => [name, isAbsolute(value) ? pathIn(stage, value) : value]));
}

function USER(stage, rest) {
  if (rest !== 'node') throw new Error('the only user known is node');
  stage.user = NODE_USER;
}

function EXPOSE(stage, rest) {
  if (!/^\d+$/.test(rest)) throw new Error('one port is known');
  stage.exposed = Number(rest);
}

function HEALTHCHECK(stage, rest) {
  const [, words] = /^(?:--(?:interval|timeout|start-period|retries)=\w+ )*CMD (\[.*\])$/.exec(rest) ?? [];
  stage.healthCheck = wordsOf(words);
}

function CMD(stage, rest) {
  stage.command = wordsOf(rest);
}

/** The form without a shell: signals reach the program itself. */
function wordsOf(json = '') {
  const words = json.startsWith('[') ? JSON.parse(json) : null;
  if (!Array.isArray(words) || words.length === 0) throw new Error('only the form ["word", ...] is known');
  return words;
}

/** Makes a folder that another user may look into. */
export function openToAll(folder) {
  chmodSync(folder, 0o755);
}
