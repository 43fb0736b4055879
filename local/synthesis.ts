import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from 'template-runner/start-error';
import { environmentNames } from '#lib/environment-names.ts';
import { bringUpToDate } from './assembly-cache.ts';

export const REPOSITORY = join(import.meta.dirname, '..');

/** The inputs of templates and bundles. */
const INPUTS = [
  'bin',
  'cdk.json',
  'config',
  'functions',
  'lib',
  'migrations',
  'package-lock.json',
  'package.json',
  'shared',
  'state-machines',
];
const CACHE = join(REPOSITORY, 'node_modules/.cache/vestry');
export const DEFAULT_ENVIRONMENT = 'local';

/** Returns the name of an environment that there is. Throws `StartError` with the names that there are. */
export function existingEnvironment(name: string): string {
  const names = environmentNames();
  if (names.includes(name)) return name;
  throw new StartError(`there is no environment ${name} (--env): there are ${names.join(', ')}`);
}

/**
 * Brings `target` up to date with the sources, see `bringUpToDate`. Each data directory has a copy of its own, so that platforms
 * running at the same time can't disturb each other.
 */
export function synthesise(
  target: string,
  environment: string = DEFAULT_ENVIRONMENT,
): Promise<'unchanged' | 'copied' | 'synthesised'> {
  const inputs = hashInputs(environment);
  return bringUpToDate(target, {
    cache: CACHE,
    inputs,
    make: (directory) => synthesiseInto(directory, inputs, environment),
  });
}

function hashInputs(environment: string): string {
  const hash = createHash('sha256').update(`${process.version}\0${environment}\0`);
  const add = (relative: string): void => {
    const path = join(REPOSITORY, relative);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const entry of readdirSync(path).sort()) add(join(relative, entry));
    else if (stat !== undefined) hash.update(`${relative}\0${stat.size}\0`).update(readFileSync(path));
  };
  for (const input of INPUTS) add(input);
  return hash.digest('hex');
}

async function synthesiseInto(directory: string, inputs: string, environment: string): Promise<void> {
  const child = spawn(process.execPath, [join(REPOSITORY, 'bin/local.ts'), directory, inputs, environment], {
    cwd: REPOSITORY,
    // `npm run synth` and the tests validate the templates, which takes a quarter of the time.
    env: { ...process.env, CDK_VALIDATION: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  // The environment's file is wrong: the message stands for itself.
  if (output.startsWith('config/environments/')) throw new StartError(output.trim());
  const reason = output.split('\n').find((line) => /error/i.test(line)) ?? output.trim().split('\n').at(-1);
  throw new StartError(
    `synthesis failed: ${reason?.trim() ?? `exit code ${code}`} (run node bin/local.ts cdk.out '' ${environment} to see all of it)`,
  );
}
