import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '..');

/** Keeps what was made from inputs, for whoever needs it again. */
export const CACHE = join(REPOSITORY, 'node_modules/.cache/vestry');

/** Returns a hash of files and directories of the repository, of this version of Node, and of a variant. */
export function hashInputs(inputs: readonly string[], variant: string): string {
  const hash = createHash('sha256').update(`${process.version}\0${variant}\0`);
  const add = (relative: string): void => {
    const path = join(REPOSITORY, relative);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const entry of readdirSync(path).sort()) add(join(relative, entry));
    else if (stat !== undefined) hash.update(`${relative}\0${stat.size}\0`).update(readFileSync(path));
  };
  for (const input of inputs) add(input);
  return hash.digest('hex');
}
