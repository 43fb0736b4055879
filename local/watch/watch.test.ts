import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FunctionPool } from 'template-runner/functions';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { noteChanges, reloadOn } from './watch.ts';

/** A machine that does other work meanwhile is slow. */
const IN_TIME = { timeout: 20_000, interval: 50 };

const GREET = `
import { greeting } from '../../shared/words.ts';
export const handler = async ({ name }: { name: string }): Promise<string> => greeting(name);`;
const PART = "export const handler = async (): Promise<string> => 'goodbye';";
const PARTS = Array.from({ length: 12 }, (_, index) => `functions/app/part-${index}.ts`);

let root: string;
let pool: FunctionPool;
let cleanups: (() => Promise<void> | void)[];
let lines: string[];
let warnings: string[];

/** Writes a source as an editor does: another file takes its place. */
function save(path: string, text: string): void {
  const at = join(root, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(`${at}~`, text);
  renameSync(`${at}~`, at);
}

const words = (greeting: string): string =>
  `export const greeting = (name: string): string => \`${greeting} \${name}\`;`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'watch-'));
  [lines, warnings] = [[], []];
  save('shared/words.ts', words('hello'));
  save('functions/app/greet.ts', GREET);
  save('migrations/0001_first.sql', 'select 1;');
  for (const directory of ['bin', 'config', 'lib', 'state-machines']) mkdirSync(join(root, directory));
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  rmSync(root, { recursive: true });
});

/** Starts functions whose first code answers `started`, so that every other answer comes from a reload. */
function start(imports: Readonly<Record<string, readonly string[]>>): void {
  const entries = Object.keys(imports).filter((path) => path.startsWith('functions/'));
  const functions = entries.map((entry) => {
    const directory = join(
      root,
      'cdk.out/code',
      entry.replace('functions/', '').replace('.ts', '').replaceAll('/', '-'),
    );
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'index.mjs'), "export const handler = async () => 'started';");
    return {
      ...{ name: entry, arn: `arn:${entry}`, path: entry, directory, handler: 'index.handler' },
      ...{ timeoutSeconds: 10, memoryMb: 128, reservedConcurrency: undefined, environment: {} },
      isInNetwork: false,
      roleArn: 'arn:aws:iam::000000000000:role/watched',
    };
  });
  writeFileSync(join(root, 'cdk.out/sources.json'), JSON.stringify({ entries, imports, packages: {} }));
  pool = new FunctionPool({
    ...{ functions, overrides: () => ({}), processes: new Set<string>() },
    ...{ onLine: () => undefined, onError: () => undefined },
  });
  const warn = (line: string): void => void warnings.push(line);
  const changes = noteChanges(root, warn);
  cleanups = [() => changes.close(), () => pool.close()];
  reloadOn(changes, {
    ...{ root, assembly: join(root, 'cdk.out'), target: join(root, 'reloaded'), warn },
    runner: { model: { functions } as never, pool },
    report: (line) => void lines.push(line),
  });
}

async function ask(entry = 'functions/app/greet.ts'): Promise<unknown> {
  const answer = await pool.invoke(entry, '{"name":"Ada"}');
  return answer.ok ? JSON.parse(answer.payload) : answer.error;
}

const GREETING = { 'functions/app/greet.ts': ['shared/words.ts'], 'shared/words.ts': [] };

test('an edit of a handler, and of what it imports, is live without a restart', async () => {
  start(GREETING);
  expect(await ask()).toBe('started');
  save('functions/app/greet.ts', GREET);
  await expect.poll(() => ask(), IN_TIME).toBe('hello Ada');
  save('shared/words.ts', words('good morning'));
  await expect.poll(() => ask(), IN_TIME).toBe('good morning Ada');
  save('shared/words.ts', words('good evening'));
  await expect.poll(() => ask(), IN_TIME).toBe('good evening Ada');
  await expect.poll(() => lines.at(-1), IN_TIME).toMatch(/^reloaded greet in \d+\.\d s$/);
  expect(warnings).toEqual([]);
});

test('a file that an edit begins to import is watched from then on', async () => {
  start(GREETING);
  save('shared/new/words.ts', words('welcome'));
  save('functions/app/greet.ts', GREET.replace('shared/words', 'shared/new/words'));
  await expect.poll(() => ask(), IN_TIME).toBe('welcome Ada');
  save('shared/new/words.ts', words('farewell'));
  await expect.poll(() => ask(), IN_TIME).toBe('farewell Ada');
});

test('a directory that is deleted and comes back is watched again', async () => {
  start(GREETING);
  rmSync(join(root, 'functions/app'), { recursive: true });
  save('functions/app/greet.ts', GREET);
  await expect.poll(() => ask(), IN_TIME).toBe('hello Ada');
  save('functions/app/greet.ts', GREET.replace('(name)', '(name.toUpperCase())'));
  await expect.poll(() => ask(), IN_TIME).toBe('hello ADA');
});

test('a syntax error is shown where it is, and the code from before answers until it is mended', async () => {
  start(GREETING);
  save('shared/words.ts', words('hello again'));
  await expect.poll(() => ask(), IN_TIME).toBe('hello again Ada');
  save('shared/words.ts', 'export const greeting = (name: string): string => {');
  await expect.poll(() => warnings[0], IN_TIME).toContain('Unexpected end of file');
  expect(warnings[0]).toContain('shared/words.ts:1:');
  expect(await ask()).toBe('hello again Ada');
  save('shared/words.ts', words('mended'));
  await expect.poll(() => ask(), IN_TIME).toBe('mended Ada');
});

test('an import in vain is mended by the file that it names', async () => {
  start(GREETING);
  save('functions/app/greet.ts', GREET.replace('shared/words', 'shared/later'));
  await expect.poll(() => warnings[0], IN_TIME).toContain('Could not resolve "../../shared/later.ts"');
  save('shared/later.ts', words('at last'));
  await expect.poll(() => ask(), IN_TIME).toBe('at last Ada');
});

test('a file that many functions share reloads some at once and the others when they are invoked', async () => {
  for (const part of PARTS) save(part, PART);
  start({ ...Object.fromEntries(PARTS.map((part) => [part, ['shared/words.ts']])), 'shared/words.ts': [] });
  save('shared/words.ts', words('hi'));
  await expect
    .poll(() => lines[0], IN_TIME)
    .toMatch(/^reloaded 8 functions in \d+\.\d s; 4 more follow when they are next invoked$/);
  expect(await Promise.all(PARTS.map((part) => ask(part)))).toEqual(PARTS.map(() => 'goodbye'));
  expect(lines.filter((line) => /^reloaded part\d+ in /.test(line)).length).toBeGreaterThanOrEqual(4);
});

test.each([
  'migrations/0002_second.sql',
  'shared/app/app.routes.ts',
  'shared/app/app.jobs.ts',
  'lib/stacks/app-stack.ts',
])('%s asks for a restart in one line', async (path) => {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  start(GREETING);
  save(path, '');
  await expect.poll(() => warnings, IN_TIME).toHaveLength(1);
  expect(warnings[0]).toBe(`${path} changed: restart to take in routes, jobs, resources and migrations`);
  expect(await ask()).toBe('started');
  expect(lines).toEqual([]);
});
