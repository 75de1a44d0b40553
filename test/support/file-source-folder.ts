import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSourceLife } from './file-source-life';

/** A folder of each test's own, and the file sources that follow files in it; stopped and removed after the test. */
export class FileSourceFolder {
  private folder = '';
  private readonly lives: FileSourceLife[] = [];

  constructor() {
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'file-source-'));
    });
    afterEach(async () => {
      for (const life of this.lives.splice(0)) await life.stop();
      await rm(this.folder, { recursive: true });
    });
  }

  readonly path = (name: string): string => join(this.folder, name);

  /** Starts a source on files of the folder, by a glob; all those of a test share the state file. */
  readonly follow = async (files: string, env: Record<string, string> = {}): Promise<FileSourceLife> => {
    const life = new FileSourceLife(this.folder, this.path(files), env);
    this.lives.push(life);
    return life.start();
  };
}
