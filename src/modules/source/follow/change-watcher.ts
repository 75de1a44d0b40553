import { type FSWatcher, watch } from 'chokidar';

/** Who is told of changes. */
export interface ChangeListener {
  /** The file at this path was written to. */
  changed(path: string): void;
  /** Another file, or none, is at this path. */
  moved(path: string): void;
  /** From now on the system may not tell of all changes. */
  failed(error: unknown): void;
}

/** Each takes memory of the kernel, which has few to give on some systems. */
const MAX_WATCHED = 1_000;

/**
 * Has the system tell of changes to files, so that they are read at once. Nothing relies on it: some file systems tell
 * nothing, and what is told can be late or too little, so whoever uses this also looks from time to time.
 */
export class ChangeWatcher {
  private readonly watcher: FSWatcher;
  private readonly watched = new Set<string>();
  private hasFailed = false;

  constructor(listener: ChangeListener) {
    this.watcher = watch([], { ignoreInitial: true, atomic: false });
    this.watcher
      .on('change', (path) => listener.changed(path))
      .on('add', (path) => listener.moved(path))
      .on('unlink', (path) => listener.moved(path))
      .on('error', (error) => {
        if (!this.hasFailed) listener.failed(error);
        this.hasFailed = true;
      });
  }

  /** Call it again when another file is at the path. */
  watch(path: string): void {
    if (this.watched.has(path)) this.watcher.unwatch(path);
    else if (this.watched.size >= MAX_WATCHED) return;
    this.watched.add(path);
    this.watcher.add(path);
  }

  unwatch(path: string): void {
    if (this.watched.delete(path)) this.watcher.unwatch(path);
  }

  async close(): Promise<void> {
    await this.watcher.close();
  }
}
