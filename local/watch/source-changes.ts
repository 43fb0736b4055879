import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join, relative } from 'node:path';

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
    for (const directory of directories) this.#watch(join(root, directory));
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

  #watch(directory: string): void {
    if (this.#watchers.has(directory)) return;
    const forget = (): void => {
      this.#watchers.get(directory)?.close();
      this.#watchers.delete(directory);
    };
    try {
      const watcher = watch(directory, (_, name) => {
        if (name !== null) this.#changedAt(join(directory, name));
      });
      this.#watchers.set(directory, watcher);
      watcher.on('error', forget);
      for (const entry of readdirSync(directory, { withFileTypes: true }))
        if (entry.isDirectory()) this.#watch(join(directory, entry.name));
    } catch (error) {
      forget();
      this.#warn(`changes below ${directory} are not seen: ${(error as Error).message}`);
    }
  }

  #changedAt(path: string): void {
    if (isDirectory(path)) this.#appeared(path);
    else this.#changed.add(relative(this.#root, path));
    this.#schedule();
  }

  /** Files may have been written into a new directory before it was watched. */
  #appeared(directory: string): void {
    if (this.#watchers.has(directory)) return;
    this.#watch(directory);
    for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
      this.#changed.add(relative(this.#root, join(directory, file)));
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
