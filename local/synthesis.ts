import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StartError } from 'template-runner/start-error';
import { environmentNames } from '#lib/environment-names.ts';

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
/** The file is beside the assembly: the CDK deletes nothing, and a copy without it counts as stale. */
const STAMP = '.inputs';
const CACHE = join(REPOSITORY, 'node_modules/.cache/vestry');
const KEPT_ASSEMBLIES = 4;
export const DEFAULT_ENVIRONMENT = 'local';

/** Returns the name of an environment that there is. Throws `StartError` with the names that there are. */
export function existingEnvironment(name: string): string {
  const names = environmentNames();
  if (names.includes(name)) return name;
  throw new StartError(`there is no environment ${name} (--env): there are ${names.join(', ')}`);
}

/**
 * Brings `target` up to date with the sources: a copy of an assembly that was synthesised before from the same inputs, or
 * a new one. Each data directory has a copy of its own, so that platforms running at the same time can't disturb each other:
 * of links, as nobody writes into the files of an assembly.
 */
export async function synthesise(
  target: string,
  environment: string = DEFAULT_ENVIRONMENT,
): Promise<'unchanged' | 'copied' | 'synthesised'> {
  const inputs = hashInputs(environment);
  if (stampOf(target) === inputs) return 'unchanged';
  const cached = join(CACHE, `cdk.out-${inputs.slice(0, 16)}`);
  let result: 'copied' | 'synthesised' = 'copied';
  if (stampOf(cached) !== inputs) {
    await synthesiseInto(cached, inputs, environment);
    result = 'synthesised';
  }
  const copying = `${target}.copying`;
  rmSync(copying, { recursive: true, force: true });
  linkTree(cached, copying);
  rmSync(target, { recursive: true, force: true });
  renameSync(copying, target);
  return result;
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or one without links.
    copyFileSync(source, target);
  }
}

function stampOf(directory: string): string | undefined {
  const path = join(directory, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
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
  mkdirSync(CACHE, { recursive: true });
  const working = `${directory}.${process.pid}`;
  rmSync(working, { recursive: true, force: true });
  const child = spawn(process.execPath, [join(REPOSITORY, 'bin/local.ts'), working, inputs, environment], {
    cwd: REPOSITORY,
    // `npm run synth` and the tests validate the templates, which takes a quarter of the time.
    env: { ...process.env, CDK_VALIDATION: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    rmSync(working, { recursive: true, force: true });
    // The environment's file is wrong: the message stands for itself.
    if (output.startsWith('config/environments/')) throw new StartError(output.trim());
    const reason = output.split('\n').find((line) => /error/i.test(line)) ?? output.trim().split('\n').at(-1);
    throw new StartError(
      `synthesis failed: ${reason?.trim() ?? `exit code ${code}`} (run node bin/local.ts cdk.out '' ${environment} to see all of it)`,
    );
  }
  writeFileSync(join(working, STAMP), inputs);
  rmSync(directory, { recursive: true, force: true });
  try {
    renameSync(working, directory);
  } catch (error) {
    rmSync(working, { recursive: true, force: true });
    // Another platform made the same one meanwhile.
    if (stampOf(directory) !== inputs) throw error;
  }
  prune();
}

function prune(): void {
  const byAge = readdirSync(CACHE)
    .filter((name) => /^cdk\.out-[\da-f]+$/.test(name))
    .map((name) => join(CACHE, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of byAge.slice(KEPT_ASSEMBLIES)) rmSync(old, { recursive: true, force: true });
}
