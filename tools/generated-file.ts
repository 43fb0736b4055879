import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readArgumentsOrExit } from '#local/terminal.ts';

const REPOSITORY = join(import.meta.dirname, '..');

/** Reads the arguments of the generator that was called. `--help` and a wrong one end the process before anything is written. */
function readCheck(): boolean {
  const name = basename(process.argv[1] ?? '', '.ts');
  if (join(import.meta.dirname, `${name}.ts`) !== process.argv[1] || name === 'record-examples') return false;
  const help = `usage: npm run ${name} -- [--check]

Writes ${name === 'generated' ? 'every file of the repository that is' : 'a file of the repository that is'} made from something else, such as the table of routes.

  --check   writes nothing, and fails if a file is stale`;
  return readArgumentsOrExit(help, { options: { check: { type: 'boolean', default: false } } }).values.check;
}

const isCheck = readCheck();

/**
 * Writes a checked-in file that is derived from others. With `--check` on the command line it writes nothing, and
 * sets the exit code if the file is stale.
 * @param path relative to the repository
 * @param command the command that writes the file
 */
export function generate(path: string, content: string, command: string): void {
  const file = join(REPOSITORY, path);
  if (!isCheck) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return;
  }
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  console.error(`${path} is stale: run \`${command}\``);
  process.exitCode = 1;
}
