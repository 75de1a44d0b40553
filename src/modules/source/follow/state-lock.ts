import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { errorCode } from './error-code';

/**
 * Holds a state file for this process alone, until `release` or the end of the process, however it ends: a name in
 * Linux's abstract socket namespace, which nothing is left of. Elsewhere, and between containers, nothing is held.
 * Rejects when another process holds it.
 */
export async function holdStateFile(path: string): Promise<{ release(): Promise<void> }> {
  if (process.platform !== 'linux') return { release: () => Promise.resolve() };
  const name = createHash('sha256').update(resolve(path)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, `\0logwarren-state-${name}`);
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error;
    throw new Error(`SOURCE_STATE_FILE: ${path} is in use by another process; each source needs one of its own`);
  }
  server.unref();
  return { release: () => new Promise((done) => server.close(() => done())) };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => server.once('error', fail).listen(path, done));
}
