/** `npm run bench -- <name> [options]`: runs `tests/bench/<name>.ts`, which measures our path and its limit in turn. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [name = '', ...args] = process.argv.slice(2);
const benchmarks = readdirSync(import.meta.dirname)
  .filter((file) =>
    /^export default async function run\(/m.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  .map((file) => file.replace(/\.ts$/, ''));
if (!benchmarks.includes(name)) {
  console.error(`usage: npm run bench -- <name> [options]; there are ${benchmarks.join(', ')}`);
  process.exit(2);
}
// Read when logger and metrics are loaded.
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
const { default: run } = (await import(`./${name}.ts`)) as {
  default: (args: readonly string[]) => Promise<void>;
};
await run(args);
