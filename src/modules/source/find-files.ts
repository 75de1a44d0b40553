import { stat } from 'node:fs/promises';
import glob from 'fast-glob';

/** What the patterns of SOURCE_FILES lead to. */
export interface FoundFiles {
  /** Each file once, without `./` and `//` in its path: in the order of the patterns, and by path within one. */
  readonly paths: readonly string[];
  readonly patternsWithoutFile: readonly string[];
  readonly failures: readonly { readonly pattern: string; readonly error: unknown }[];
}

/** Looks the patterns up. One that is the path of something there is that path, whatever characters it holds. */
export async function findFiles(patterns: readonly string[]): Promise<FoundFiles> {
  const paths = new Set<string>();
  const patternsWithoutFile: string[] = [];
  const failures: { pattern: string; error: unknown }[] = [];
  for (const pattern of patterns) {
    const { matches, error } = await filesOf(pattern);
    if (error !== undefined) failures.push({ pattern, error });
    else if (matches.length === 0) patternsWithoutFile.push(pattern);
    for (const path of matches.map(plain).sort()) paths.add(path);
  }
  return { paths: [...paths], patternsWithoutFile, failures };
}

/** Where a folder may not be listed, it is told, and what the other folders hold is found all the same. */
async function filesOf(pattern: string): Promise<{ readonly matches: string[]; readonly error?: unknown }> {
  const isFile = await isFileAt(pattern);
  if (isFile !== null) return { matches: isFile ? [pattern] : [] };
  try {
    return { matches: await glob(pattern, { dot: true }) };
  } catch (error) {
    return { matches: await glob(pattern, { dot: true, suppressErrors: true }), error };
  }
}

/** Null where nothing is, or where we may not look. */
async function isFileAt(path: string): Promise<boolean | null> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => null,
  );
}

/** As the paths of files beside it are made, with which it is compared. `..` stays: after a link it leads elsewhere. */
function plain(path: string): string {
  return path.replace(/\/(?:\.?\/)+/g, '/').replace(/^\.\//, '');
}
