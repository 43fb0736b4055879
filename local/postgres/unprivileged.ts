import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StartError } from 'template-runner/start-error';

/** Postgres refuses to run as root; this is `nobody` on the systems we know. */
const NOBODY = 65534;

/** Extra options of `spawn`: none unless we are root. */
export function unprivileged(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Whether `nobody` may enter every directory down to this one; parents that don't exist yet count as open. */
export function canTraverse(path: string): boolean {
  for (let directory = resolve(path); ; directory = dirname(directory)) {
    const stat = statSync(directory, { throwIfNoEntry: false });
    const owned = stat?.uid === NOBODY && (stat.mode & 0o100) !== 0;
    if (stat !== undefined && !owned && (stat.mode & 0o001) === 0) return false;
    if (directory === dirname(directory)) return true;
  }
}

/**
 * Returns a directory outside of a private path that `nobody` can't enter. Its name follows from the path, so the
 * next start finds it again. Throws if somebody else created it.
 */
export function traversableStandIn(path: string): string {
  const directory = join(
    '/var/tmp',
    `vestry-${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 16)}`,
  );
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const stat = lstatSync(directory);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.())
    throw new StartError(`${directory} belongs to somebody else: choose another --data directory`);
  chmodSync(directory, 0o711);
  return directory;
}

export function giveToNobody(path: string): void {
  if (isRoot()) chownSync(path, NOBODY, NOBODY);
}
