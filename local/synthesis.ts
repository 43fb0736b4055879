import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { StartError } from 'template-runner/start-error';
import { environmentNames } from '#lib/environment-names.ts';
import { bringUpToDate } from './assembly-cache.ts';
import { CACHE, hashInputs, REPOSITORY } from './built-once.ts';

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
): Promise<'unchanged' | 'copied' | 'made'> {
  const inputs = hashInputs(INPUTS, environment);
  return bringUpToDate(target, {
    cache: CACHE,
    inputs,
    make: (directory) => synthesiseInto(directory, inputs, environment),
  });
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
