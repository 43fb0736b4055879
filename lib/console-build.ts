import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** The process that builds the console into a directory. */
export interface ConsoleBuild {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The place that a console is built for: one's own machine has what no environment on AWS has. */
export type ConsoleMode = 'machine' | 'production';

/** Returns the process that builds the console into an absolute directory, which is emptied before. */
export function consoleBuild(directory: string, mode: ConsoleMode): ConsoleBuild {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  return {
    command: process.execPath,
    args: [
      ...[vite, 'build', 'console', '--mode', mode],
      ...['--outDir', directory, '--emptyOutDir', '--logLevel', 'error'],
    ],
    cwd: ROOT,
    // Whatever starts it: a test's own environment would bring React's build for development.
    env: { ...process.env, NODE_ENV: 'production' },
  };
}

/**
 * Builds the console, as synthesis needs it: at once.
 * @throws Error with what the build has said
 */
export function buildConsoleNow(directory: string): void {
  const { command, args, cwd, env } = consoleBuild(directory, 'production');
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the console could not be built: ${stdout}${stderr}`.trim());
}
