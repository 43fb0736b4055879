/** `npm run checks`: what is checked without running a test, side by side. Each part's output appears when it has ended. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

const PARTS = ['lint', 'typecheck', 'generated:check'] as const;

async function passes(part: string): Promise<boolean> {
  const child = spawn('npm', ['run', '--silent', part], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  process.stdout.write(`${part} ${code === 0 ? 'passed' : 'failed'}\n${output}`);
  return code === 0;
}

const results = await Promise.all(PARTS.map(passes));
process.exitCode = results.every(Boolean) ? 0 : 1;
