import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '#local/lock-file.ts';

/** So many files at a time run a platform. More would only take the processors from each other, and one leaves a processor idle. */
export const PLATFORMS_AT_ONCE = 2;

const POLL_MS = 100;

/** Waits until one of some locks is free, takes it, and returns what gives it back. */
export async function heldLock(...paths: readonly string[]): Promise<() => void> {
  for (;;) {
    for (const path of paths) {
      const lock = takeLock(path);
      if ('release' in lock) return lock.release;
    }
    await sleep(POLL_MS);
  }
}

/** Waits until a file may run a platform, and returns what lets the next one. */
export function heldPlatform(directory: string): Promise<() => void> {
  return heldLock(
    ...Array.from({ length: PLATFORMS_AT_ONCE }, (_, index) => join(directory, `platform-${index}.lock`)),
  );
}
