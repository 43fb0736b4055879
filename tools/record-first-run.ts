import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readArgumentsOrExit } from '#local/terminal.ts';

/**
 * `npm run first-run`: does what README tells a stranger to do (a clone, `npm ci`, `npm start`, the tour), and writes what they see to
 * docs/first-run.md. Nobody writes that file by hand.
 */

const HELP = `usage: npm run first-run

Follows README in a fresh clone of what is committed, and writes docs/first-run.md: how long each step takes, and what it prints. The
ports 8000 and 4566 must be free. It takes some minutes.`;

readArgumentsOrExit(HELP, { options: {} });

const REPOSITORY = join(import.meta.dirname, '..');
const WIDEST = 160;
const MOST_LINES = 12;
/** The line by which a start says that it has ended. */
const READY = /^ready (\S+)$/;

const directory = mkdtempSync(join(tmpdir(), 'vestry-first-run-'));
const clone = join(directory, 'vestry');
const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(0)} s`;

/** Lines as they are shown: no ids, tokens, colours or directories of this machine, and none that nobody reads. */
function shown(output: string): string {
  const lines = output
    .replaceAll(clone, '~/vestry')
    .replaceAll(directory, '/tmp')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are told colours by it
    .replace(/\u001b\[[\d;]*m/g, '')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…')
    .replace(/X-Amz-[^"\s]*/g, 'X-Amz-…')
    .replace(/(@\w+\.example\s+)\w{16}$/gm, '$1…')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line));
  const [first, last] = [lines.slice(0, MOST_LINES), lines.slice(-3)];
  return (lines.length > MOST_LINES + 3 ? [...first, '…', ...last] : lines).join('\n');
}

const block = (text: string): string => `\`\`\`text\n${text}\n\`\`\``;

/** Runs a command in the clone, as a stranger's shell would, and returns what it prints. */
function bash(script: string): string {
  return execFileSync('bash', ['-euo', 'pipefail', '-c', `${script}`], {
    cwd: clone,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Starts the platform, and waits until it is ready. */
async function start(): Promise<{ readonly platform: ChildProcess; readonly output: string }> {
  // This is what npm start runs; without npm between, an interrupt reaches it.
  const platform = spawn(process.execPath, ['local/start.ts'], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: platform.stdout as NodeJS.ReadableStream })) {
    lines.push(line);
    if (READY.test(line)) break;
  }
  if (!READY.test(lines.at(-1) ?? '')) throw new Error(`npm start has ended:\n${lines.join('\n')}`);
  platform.stdout?.resume();
  return { platform, output: lines.join('\n') };
}

async function stop(platform: ChildProcess): Promise<void> {
  if (platform.exitCode !== null || platform.signalCode !== null) return;
  platform.kill('SIGINT');
  await once(platform, 'exit');
}

/** The parts of the README's tour: its first words, and its commands. */
function tour(): { readonly title: string; readonly commands: string }[] {
  const readme = readFileSync(join(clone, 'README.md'), 'utf8');
  const [, section = ''] = /\n## Tour\n([\s\S]*?)\n## /.exec(readme) ?? [];
  let title = 'The first block';
  return [...section.matchAll(/\*\*([^*\n]+)\.\*\*|```bash\n([\s\S]*?)```/g)].flatMap(
    ([, name, commands]) => {
      title = name ?? title;
      return commands === undefined ? [] : [{ title, commands }];
    },
  );
}

/** A line that no command of the tour prints, between the output of one part and the next. */
const BETWEEN = '--- next part ---';
const running: ChildProcess[] = [];

async function record(): Promise<string> {
  const { bsize, bavail } = statfsSync(directory);
  const freeBytes = () => {
    const now = statfsSync(directory);
    return now.bsize * now.bavail;
  };
  execFileSync('git', ['clone', '-q', REPOSITORY, clone]);
  let sinceMs = performance.now();
  bash('npm ci --no-audit --no-fund');
  const installed = seconds(sinceMs);
  sinceMs = performance.now();
  const first = await start();
  running.push(first.platform);
  const started = seconds(sinceMs);
  const parts = tour();
  sinceMs = performance.now();
  const printed = bash(parts.map(({ commands }) => `${commands}\necho '${BETWEEN}'`).join('\n')).split(
    `${BETWEEN}\n`,
  );
  const toured = seconds(sinceMs);
  await stop(first.platform);
  const usedGb = ((bsize * bavail - freeBytes()) / 1e9).toFixed(1);
  sinceMs = performance.now();
  const again = await start();
  running.push(again.platform);
  const restarted = seconds(sinceMs);
  await stop(again.platform);
  const commit = execFileSync('git', ['log', '-1', '--format=%h, %cs'], {
    cwd: clone,
    encoding: 'utf8',
  }).trim();
  const machine = `${cpus().length} processors, ${Math.round(totalmem() / 1e9)} GB of memory, ${process.platform}`;
  return [
    '# A first run',
    `Recorded by \`npm run first-run\` at ${commit}, on a machine with ${machine}. Ids and names differ on yours; lines are cut to what is worth a look.`,
    '| step | it took |\n|---|---|\n' +
      [
        ['`npm ci`', installed],
        ['`npm start`, until it is ready with its demo data', started],
        ['the tour of README, all of it', toured],
        ['`npm start` once more', restarted],
        ['disk, with everything installed and the demo’s data', `${usedGb} GB`],
      ]
        .map(([step, took]) => `| ${step} | ${took} |`)
        .join('\n'),
    '## The start',
    block(shown(first.output)),
    '## The second start',
    block(shown(again.output)),
    '## The tour',
    ...parts.flatMap(({ title }, index) => {
      const output = shown(printed[index] ?? '');
      if (output === '') return [];
      return [...(parts[index - 1]?.title === title ? [] : [`### ${title}`]), block(output)];
    }),
  ].join('\n\n');
}

try {
  const text = await record();
  writeFileSync(join(REPOSITORY, 'docs/first-run.md'), `${text}\n`);
} finally {
  for (const platform of running) await stop(platform).catch(() => undefined);
  rmSync(directory, { recursive: true, force: true });
}
