import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadedDemo } from './loaded-demo.ts';
import { type RunningPlatform, removeDataDir, startedPlatform } from './platform.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let dataDir: string;
let platform: RunningPlatform;

beforeAll(async () => {
  ({ dataDir } = await loadedDemo({ provider: true }));
  platform = await startedPlatform({ dataDir });
});

afterAll(async () => {
  await platform.stop();
  removeDataDir(dataDir);
});

/** The blocks of commands of the README's tour, in order. */
function tour(): string[] {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  const [, section = ''] = /\n## Tour\n([\s\S]*?)\n## /.exec(readme) ?? [];
  return [...section.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, commands = '']) => commands);
}

/** Runs a part of the tour against the platform of this file. */
function runHere(commands: string): Promise<{ stdout: string; stderr: string }> {
  return platform.documented(
    commands
      .replaceAll('npm run -s sample --', 'node local/sample/sample.ts')
      .replaceAll('/tmp/register.csv', join(dataDir, 'register.csv')),
  );
}

test('the tour of the README works as it is written', async () => {
  const { stdout, stderr } = await runHere(tour().join('\n')).catch(
    (error: Error & { stdout?: string; stderr?: string }) => {
      throw new Error(
        `${error.message.slice(0, 200)}\n${error.stdout?.slice(-4000)}\n${error.stderr?.slice(-2000)}`,
      );
    },
  );
  expect(stdout).toMatch(/^\{"data":\[\{"id":.*ACME-/m);
  expect(stdout).toMatch(/9774 \+ 226 = 10000/);
  expect(stdout).toContain('200 for the same file again');
  expect(stdout).toContain('404 for the other issuer');
  expect(stdout).toContain("[ 'IT-1', 'IT-2', 'IT-3' ]");
  expect(stdout).toContain('"reconciled":true');
  expect(stdout).toContain('"tally_sha256"');
  expect(stdout).toContain('"vested":"233"');
  expect(stdout).toContain('125.50 USD is used, 24374.50 USD is left');
  expect(stdout).toMatch(/\[ '80\.00', 'EMPLOYER', '205\.50' \]/);
  expect(stdout).toMatch(/"amount":"-125\.50".*"return_code":"R03"/);
  expect(stdout).toMatch(
    /^ach\/outbound\/acme\/\S+\.ach {2}fetched \(1\)\n.* brought \S+\.ack: acknowledges it\n.* will bring \S+\.ach: 1 × R02$/m,
  );
  expect(stdout).toContain('schedules');
  expect(stderr).not.toContain('curl:');
}, 330_000);

test('a wait of the tour ends on an error, such as a token that has expired in the middle of it', async () => {
  const [functions = ''] = tour();
  await expect(
    runHere(`${functions}\nuntil_is '/uploads?limit=1' .data COMPLETED expired`),
  ).rejects.toMatchObject({ stdout: expect.stringContaining('"status":401') });
});

test('the client for TypeScript is built, compiles and works as its README says', async () => {
  const client = join(REPOSITORY, 'clients/typescript');
  await run('npm', ['run', '-s', 'client'], { cwd: REPOSITORY });
  const readme = readFileSync(join(client, 'README.md'), 'utf8');
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const refused = [
    '// @ts-expect-error: there is no such path',
    "await vestry.GET('/api/shareholder');",
    '// @ts-expect-error: a reference is missing',
    "await vestry.POST('/api/shareholders', { body: { name: 'Ada Okafor' } });",
    '// @ts-expect-error: an answer has no such field',
    'data.data[0]?.shares;',
  ];
  const file = join(client, 'dist/example.ts');
  writeFileSync(file, example.replaceAll('http://localhost:8000', platform.file.apiUrl));
  writeFileSync(join(client, 'dist/refused.ts'), [example, ...refused].join('\n'));
  const options = '--noEmit --strict --target es2022 --module nodenext --types node'.split(' ');
  const tsc = join(client, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, file, join(client, 'dist/refused.ts')]).catch(
    ({ stdout }: { stdout: string }) => expect(stdout).toBe(''),
  );
  const { stdout } = await run(process.execPath, [file], {
    env: { ...process.env, VESTRY_TOKEN: await platform.token('acme', 'OPS') },
  });
  expect(stdout).toMatch(/^\S+ .+ [\d.]+\n\S+ .+ [\d.]+\n201 \/api\/shareholders\/[\w-]+\n$/);
});
