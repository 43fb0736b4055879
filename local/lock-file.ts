import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning, startOf } from './processes.ts';

/** A lock that was taken, or the process that holds it. */
export type Lock = { readonly release: () => void } | { readonly holder: number };

/**
 * Takes a lock file for this process, which others see whole or not at all. The lock of a process that was killed is taken over,
 * even while the dead process is a zombie.
 */
export function takeLock(path: string): Lock {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    for (;;) {
      try {
        // Linking is atomic, and the lock is never seen empty.
        linkSync(own, path);
        return { release: () => rmSync(path, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = livingHolder(path);
        if (holder !== undefined) return { holder };
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes the lock of a dead process. */
function livingHolder(path: string): number | undefined {
  let holder: { pid: number; started: string | undefined };
  try {
    holder = JSON.parse(readFileSync(path, 'utf8')) as typeof holder;
  } catch {
    return undefined;
  }
  if (isRunning(holder.pid) && startOf(holder.pid) === holder.started) return holder.pid;
  rmSync(path, { force: true });
  return undefined;
}
