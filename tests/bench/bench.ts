/** `npm run bench -- <name> [options]`: runs `tests/bench/<name>.ts`, which measures our path and its limit in turn. */

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  console.error('usage: npm run bench -- <name> [options]; a name is that of a file in tests/bench');
  process.exit(2);
}
// Read when logger and metrics are loaded.
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
const { default: run } = (await import(`./${name}.ts`)) as {
  default: (args: readonly string[]) => Promise<void>;
};
await run(args);
