import { basename, dirname, extname, join } from 'node:path';

/** What stands for "an earlier one": a number, a date, or a word. */
const AFTER_NAME = /^[.\-_](?:\d[\d.\-_:TZ]*|old|bak|prev|previous)(?:\.gz)?$/i;
/** Between name and ending, where a number alone may mean another instance, so that only `.1` and dates count. */
const BEFORE_ENDING = /^(?:\.\d{1,3}|[.\-_]\d{4}[\d.\-_:TZ]{4,})$/i;

/** Whether a file of this path is what `base` was before it rotated: `app.log.1`, `app.log-20261123.gz`, `app.1.log`. */
export function isRotatedName(base: string, path: string): boolean {
  if (dirname(base) !== dirname(path)) return false;
  const name = basename(base);
  const other = basename(path);
  if (other.startsWith(name)) return AFTER_NAME.test(other.slice(name.length)) || other === `${name}.gz`;
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  const plain = other.endsWith('.gz') ? other.slice(0, -'.gz'.length) : other;
  if (ending === '' || !plain.endsWith(ending) || !plain.startsWith(stem)) return false;
  return BEFORE_ENDING.test(plain.slice(stem.length, plain.length - ending.length));
}

const SEPARATOR = /[.\-_]/g;

/** The paths that a file of this path may have been rotated from. */
export function possibleBases(path: string): string[] {
  const folder = dirname(path);
  const name = basename(path).replace(/\.gz$/, '');
  const ending = extname(name);
  const found: string[] = [];
  for (const { index } of name.matchAll(SEPARATOR)) {
    const stem = name.slice(0, index);
    if (stem !== '') found.push(stem, stem + ending);
  }
  if (basename(path) !== name) found.push(name);
  return found.map((base) => join(folder, base)).filter((base) => isRotatedName(base, path));
}
