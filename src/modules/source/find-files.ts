import { existsSync } from 'node:fs';
import glob from 'fast-glob';

/** What the patterns of SOURCE_FILES lead to. */
export interface FoundFiles {
  /** Each file once: in the order of the patterns, and by path within one. */
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
    try {
      const matches = existsSync(pattern) ? [pattern] : await glob(pattern, { dot: true });
      if (matches.length === 0) patternsWithoutFile.push(pattern);
      for (const path of matches.sort()) paths.add(path);
    } catch (error) {
      failures.push({ pattern, error }); // a folder that may not be listed
    }
  }
  return { paths: [...paths], patternsWithoutFile, failures };
}
