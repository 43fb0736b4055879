import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const REPOSITORY = join(import.meta.dirname, '..');

/**
 * Writes a checked-in file that is derived from others. With `--check` on the command line it writes nothing, and
 * sets the exit code if the file is stale.
 * @param path relative to the repository
 * @param command the command that writes the file
 */
export function generate(path: string, content: string, command: string): void {
  const file = join(REPOSITORY, path);
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return;
  }
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  console.error(`${path} is stale: run \`${command}\``);
  process.exitCode = 1;
}
