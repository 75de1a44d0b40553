import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const LOCK_FILE = 'embedded.lock';

/** Another process that lives holds the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';

  constructor(
    readonly folder: string,
    readonly pid: number,
  ) {
    super(
      `DATA_DIR: the embedded servers of process ${pid} keep their data in ${folder}; ` +
        'stop it, set DATA_DIR to another folder, or connect to its servers by RABBITMQ_URL and MONGODB_URI',
    );
  }
}

/**
 * Holds a folder for the embedded servers of this process alone, until `close` or the end of the process. A file in
 * it names the holder by its process id and, where the system tells it, the time of its start, so that another process
 * that was given the same id later is not taken for it. The file of a process that is gone is taken over. Makes the folder
 * where it is missing. Rejects with {@link FolderInUse}, and with the folder and the reason where it cannot be written to:
 * of a full disk, the system's own error names neither. Processes in different containers do not see each other.
 */
export async function holdFolder(folder: string): Promise<{ close(): Promise<void> }> {
  const path = join(folder, LOCK_FILE);
  try {
    await hold(folder, path);
  } catch (error) {
    if (error instanceof FolderInUse) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = 'change that, or set DATA_DIR to another folder';
    throw new Error(`DATA_DIR: nothing can be saved in ${folder}: ${reason}; ${remedy}`, { cause: error });
  }
  return { close: () => rm(path, { force: true }) };
}

async function hold(folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const mine = join(folder, `${LOCK_FILE}.${process.pid}`);
  try {
    await writeFile(mine, holderText(process.pid));
    // A link is made whole or not at all, and never over another: nobody reads half of a holder.
    while (!(await linked(mine, path))) await removeStale(folder, path, `${mine}.stale`);
  } finally {
    await rm(mine, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the file of a process that is gone away, by a name of our own first: of several that try, one has it then. What
 * was moved is looked at again, since it may be the file of one that was faster, and is put back if so.
 */
async function removeStale(folder: string, path: string, aside: string): Promise<void> {
  const pid = await livingHolder(path);
  if (pid !== null) throw new FolderInUse(folder, pid);
  if (!(await moved(path, aside))) return;
  if ((await livingHolder(aside)) !== null) await linked(aside, path);
  await rm(aside, { force: true });
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The process that the file names, if it lives. */
async function livingHolder(path: string): Promise<number | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  const pid = Number.parseInt(text, 10);
  return pid > 0 && isAlive(pid) && holderText(pid) === text ? pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM'; // there, and another user's
  }
}

/** The process id, and its start in ticks of the kernel since the machine's: the 22nd field of /proc/<pid>/stat. */
function holderText(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
    return `${pid} ${fields[19] ?? ''}\n`;
  } catch {
    return `${pid}\n`; // no such file on this system: the id alone has to do
  }
}

/** By its code alone: an error of Node is not always an instance of the Error that this module sees (as under Jest). */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
