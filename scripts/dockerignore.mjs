import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads .dockerignore of a context: whether a path in it (with `/`) is left out. The last pattern that matches decides. */
export function dockerignore(context) {
  const rules = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isKept: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }));
  return (path) => {
    const last = rules.findLast(({ pattern }) => withParents(path).some((one) => pattern.test(one)));
    return last !== undefined && !last.isKept;
  };
}

function patternOf(glob) {
  if (/[[\]\\{}]/.test(glob)) throw new Error(`.dockerignore: only *, ** and ? are known: ${glob}`);
  const parts = { '**/': '(.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]', '.': '\\.' };
  const escaped = glob.replace(/^\/|\/$/g, '').replace(/\*\*\/|\*\*|\*|\?|\./g, (part) => parts[part]);
  return new RegExp(`^${escaped}$`);
}

/** `a/b/c` with `a/b` and `a`: what is said of a folder holds for all in it. */
function withParents(path) {
  const names = path.split('/');
  return names.map((_, i) => names.slice(0, i + 1).join('/'));
}
