/** `npm run bench -- <name> [options]`: runs `tests/bench/<name>.ts`, which measures our path and its limit in turn. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [name = '', ...args] = process.argv.slice(2);
const sourceOf = (benchmark: string): string =>
  readFileSync(join(import.meta.dirname, `${benchmark}.ts`), 'utf8');
const benchmarks = readdirSync(import.meta.dirname)
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((file) => !file.includes('.'))
  .filter((file) => /^export default async function run\(/m.test(sourceOf(file)));
const usage = `usage: npm run bench -- <name> [options]; there are ${benchmarks.join(', ')}`;

/** Returns the comment above a benchmark's `run`, and the options that it reads. */
function helpOf(benchmark: string): string {
  const source = sourceOf(benchmark);
  const [, comment = ''] =
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export default async function run\(/.exec(source) ?? [];
  const about = comment.replaceAll(/^\s*\* ?/gm, '').trim();
  const options = [...source.matchAll(/^\s+'?([\w-]+)'?: \{ type: '\w+'(?:, default: '?([^' }]+)'?)? \}/gm)];
  const lines = options.map(
    ([, option, initial]) => `  --${option}${initial === undefined ? '' : ` (default: ${initial})`}`,
  );
  return [`usage: npm run bench -- ${benchmark} [options]`, '', about, '', ...lines].join('\n');
}

const wantsHelp = (words: readonly string[]): boolean => words.includes('--help') || words.includes('-h');
if (wantsHelp([name])) {
  console.log(`${usage}\n\nnpm run bench -- <name> --help tells what it measures, and its options.`);
  process.exit(0);
}
if (!benchmarks.includes(name)) {
  console.error(usage);
  process.exit(2);
}
if (wantsHelp(args)) {
  console.log(helpOf(name));
  process.exit(0);
}
// Read when logger and metrics are loaded.
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
const { default: run } = (await import(`./${name}.ts`)) as {
  default: (args: readonly string[]) => Promise<void>;
};
try {
  await run(args);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!code?.startsWith('ERR_PARSE_ARGS')) throw error;
  console.error(`${message.split('. ')[0]}. npm run bench -- ${name} --help lists the options`);
  process.exitCode = 2;
}
