import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** An editor writes one file in several steps, and a change of branch many files. */
const QUIET_MS = 50;

/** Receives the files that changed together, relative to the root. */
export type TakeChanges = (paths: readonly string[]) => void;

/**
 * Reports the files that change below some directories. Each directory is watched by itself: on Linux, Node's recursive
 * watch loses a file when an editor has put another in its place.
 */
export class SourceChanges {
  readonly #root: string;
  readonly #warn: (line: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed = new Set<string>();
  #take: TakeChanges | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Changes count from now on. `directories` are relative to the root. */
  constructor(root: string, directories: readonly string[], warn: (line: string) => void) {
    this.#root = root;
    this.#warn = warn;
    for (const directory of directories) this.#watch(join(root, directory), false);
  }

  /** Delivers what has changed so far, and every later change soon after it was made. */
  deliver(take: TakeChanges): void {
    this.#take = take;
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** The files of a new directory have changed: they may have been written before it was watched. */
  #watch(directory: string, isNew: boolean): void {
    try {
      const watcher = watch(directory, (type, name) => {
        if (name !== null) this.#changedAt(type, join(directory, name));
      });
      this.#watchers.set(directory, watcher);
      watcher.on('error', () => this.#forget(directory));
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) this.#watch(path, isNew);
        else if (isNew) this.#changed.add(relative(this.#root, path));
      }
    } catch (error) {
      this.#forget(directory);
      // A directory that is gone again has no changes to see.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#warn(`changes below ${directory} are not seen: ${(error as Error).message}`);
    }
  }

  #changedAt(type: string, path: string): void {
    const isThere = isDirectory(path);
    // A directory that was created, moved or deleted: what was watched under this name is no longer it.
    if (type === 'rename') this.#forget(path);
    if (!isThere) this.#changed.add(relative(this.#root, path));
    else if (type === 'rename') this.#watch(path, true);
    this.#schedule();
  }

  #forget(directory: string): void {
    for (const [watched, watcher] of this.#watchers) {
      if (watched !== directory && !watched.startsWith(`${directory}${sep}`)) continue;
      watcher.close();
      this.#watchers.delete(watched);
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#take === undefined || this.#changed.size === 0) return;
      const paths = [...this.#changed].sort();
      this.#changed.clear();
      this.#take(paths);
    }, QUIET_MS);
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
