import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from 'template-runner/start-error';
import { consoleBuild } from '#lib/console-build.ts';
import { bringUpToDate } from './assembly-cache.ts';
import { CACHE, hashInputs } from './built-once.ts';

/** Its dependencies are in the lock file. What it imports of the route table are types, which leave nothing behind. */
const INPUTS = [
  'console/index.html',
  'console/build',
  'console/src',
  'console/vite.config.ts',
  'package-lock.json',
];

/** A data directory is its owner's alone, and its console consists of links to these files. */
const OWNER_ONLY = 0o600;

/** Brings the files of the console in `target` up to date with its sources. */
export function buildConsole(target: string): Promise<'unchanged' | 'copied' | 'made'> {
  return bringUpToDate(target, {
    name: 'console',
    cache: CACHE,
    inputs: hashInputs(INPUTS, `${OWNER_ONLY} machine`),
    make: buildInto,
  });
}

async function buildInto(directory: string): Promise<void> {
  const { command, args, cwd, env } = consoleBuild(directory, 'machine');
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new StartError(`the console could not be built: ${output.trim()}`);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), OWNER_ONLY);
}
