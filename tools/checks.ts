/**
 * `npm run checks`: what is checked without running a test, side by side. Each part's output appears when it has ended. A command that
 * is given as arguments runs beside them, as `npm test` does with the tests, and is ended when a check fails.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readArgumentsOrExit } from '#local/terminal.ts';

const PARTS = ['lint', 'typecheck', 'generated:check'] as const;

async function passes(part: string): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', part], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const passed = await succeeds(child);
  process.stdout.write(`${part} ${passed ? 'passed' : 'failed'}\n${output}`);
  return passed;
}

async function succeeds(child: ChildProcess): Promise<boolean> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}

const HELP = `usage: npm run checks -- [COMMAND …]

Checks what is checked without running a test (lint, types, generated files), side by side. COMMAND runs beside them, as npm test
does with the tests, and is ended when a check fails.`;

const [command, ...args] = process.argv.slice(2);
// The options behind a command are its own.
if (command === undefined || command.startsWith('-')) readArgumentsOrExit(HELP, { options: {} });
const beside = command === undefined ? undefined : spawn(command, args, { stdio: 'inherit' });
const checked = Promise.all(PARTS.map(passes)).then((results) => results.every(Boolean));
const ended = beside === undefined ? true : succeeds(beside);
if (!(await checked)) beside?.kill();
process.exitCode = (await checked) && (await ended) ? 0 : 1;
