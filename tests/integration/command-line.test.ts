import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Every command of package.json that people give arguments, as it is typed. */
const COMMANDS = [
  ['npm start --', 'local/start.ts'],
  ['npm run local --', 'local/cli.ts'],
  ...['status', 'fire', 'advance', 'dead-letters', 'redrive', 'token', 'mail', 'env'].map((name) => [
    `npm run local -- ${name}`,
    'local/cli.ts',
    name,
  ]),
  ['npm run invoke --', 'local/invoke.ts'],
  ['npm run audit:verify --', 'local/audit-verify.ts'],
  ['npm run sample --', 'local/sample/sample.ts'],
  ['npm run env:new --', 'tools/new-environment.ts'],
  ['npm run smoke --', 'tools/smoke.ts'],
  ['npm run changes --', 'tools/template-changes.ts'],
  ['npm run idle-cost --', 'tools/print-idle-cost.ts'],
  ['npm run examples --', 'tools/record-examples.ts'],
  ['npm run checks --', 'tools/checks.ts'],
  ['npm run first-run', 'tools/record-first-run.ts'],
  ...['generated', 'openapi', 'rbac', 'validators', 'database-types', 'event-schemas', 'key-operations'].map(
    (name) => [`npm run ${name} --`, `tools/${name}.ts`],
  ),
  ['npm run bench --', 'tests/bench/bench.ts'],
  ['npm run bench -- vesting', 'tests/bench/bench.ts', 'vesting'],
] as [typed: string, ...args: string[]][];

interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { cwd: REPOSITORY, env: { ...process.env, ...env } };
    const child = execFile(process.execPath, args, options, (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

test.concurrent.each(COMMANDS)('%s --help tells what it does', async (typed, ...args) => {
  const { status, stdout, stderr } = await run([...args, '--help']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.split('\n')[0]).toContain(`usage: ${typed}`);
  expect(stdout.split('\n').length).toBeGreaterThan(3);
});

test.concurrent.each(COMMANDS.filter(([typed]) => !typed.endsWith('bench --')))(
  '%s refuses an option that it does not have, in one line',
  async (_, ...args) => {
    const { status, stderr } = await run([...args, '--nonsense']);
    expect(status).toBeGreaterThan(0);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('--nonsense');
    expect(stderr).toMatch(/usage|--help/);
  },
);

test.concurrent.each([
  [['local/start.ts', '--dat', 'x'], 'did you mean --data?'],
  [['local/cli.ts', 'stats'], 'did you mean status?'],
  [['local/cli.ts', 'redrives'], 'did you mean redrive?'],
])('%j is answered with what was probably meant', async (args, hint) => {
  expect((await run(args)).stderr).toContain(hint);
});

test.concurrent('a PORT in the environment that is none is named as such', async () => {
  const { status, stderr } = await run(['local/start.ts'], { PORT: 'http' });
  expect(status).toBe(1);
  expect(stderr).toContain('http is no port (PORT in the environment)');
});
