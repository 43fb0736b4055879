import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stops Postgres at once, and keeps the platform from starting it again. Answers what lets it start. */
export async function withoutPostgres(dataDir: string): Promise<() => void> {
  const record = readFileSync(join(dataDir, 'postgres.json'), 'utf8');
  const { directory } = JSON.parse(record) as { directory: string };
  const [version, hidden] = [join(directory, 'PG_VERSION'), join(directory, 'PG_VERSION.hidden')];
  const pidFile = join(directory, 'postmaster.pid');
  renameSync(version, hidden);
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]), 'SIGQUIT');
  while (existsSync(pidFile)) await sleep(10);
  return () => renameSync(hidden, version);
}
