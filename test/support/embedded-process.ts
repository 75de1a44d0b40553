import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RoleProcess, startRole } from './role-process';

/** Where neither RabbitMQ nor MongoDB is, nor anything else. */
const NOWHERE = '/nonexistent';

/** A folder in which built programs with embedded servers keep their data, one after the other. */
export class EmbeddedHome {
  private constructor(readonly folder: string) {}

  static async create(): Promise<EmbeddedHome> {
    return new EmbeddedHome(await mkdtemp(join(tmpdir(), 'logwarren-embedded-')));
  }

  /** Starts the program with nothing but this folder and `env`: all roles, and no server anywhere near. */
  start(env: Record<string, string> = {}, role = ''): Promise<RoleProcess> {
    return startRole({ role, env: { PATH: NOWHERE, DATA_DIR: this.folder, ...env } });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** Where the embedded server of this name listens, as the lines of the start tell. Throws Error where they do not. */
export function embeddedUrl({ logs }: RoleProcess, server: 'RabbitMQ' | 'MongoDB'): string {
  const lines = logs.map(({ msg }) => new RegExp(`^embedded ${server}: (\\S+)`).exec(msg ?? '')?.[1]);
  const url = lines.find((found) => found !== undefined);
  if (url === undefined) throw new Error(`the log names no embedded ${server}`);
  return url;
}
