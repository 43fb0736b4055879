import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { copyTree } from '#tests/support/postgres-server.ts';
import { startedPlatform, temporaryDataDir } from './platform.ts';

const LOADED = 'loaded';

export interface LoadedDemo {
  readonly dataDir: string;
  /** The lines that the first start printed until it was ready. */
  readonly firstOutput: readonly string[];
}

/**
 * Returns a data directory of its own in which the demo is loaded, as a first `npm start` leaves it behind. The first file that
 * asks makes it; the others get copies, since loading takes longer than most of their tests.
 */
export async function loadedDemo(): Promise<LoadedDemo> {
  const kept = inject('loadedDemo');
  if (!existsSync(join(kept, LOADED))) {
    const platform = await startedPlatform({ dataDir: kept });
    await platform.stop();
    writeFileSync(join(kept, LOADED), platform.output.join('\n'));
  }
  const firstOutput = readFileSync(join(kept, LOADED), 'utf8').split('\n');
  const dataDir = temporaryDataDir();
  // The templates are tens of thousands of small files, which a start links anew.
  for (const entry of readdirSync(kept).filter((name) => name !== 'cdk.out'))
    copyTree(join(kept, entry), join(dataDir, entry));
  const record = join(dataDir, 'postgres.json');
  const cluster = JSON.parse(readFileSync(record, 'utf8')) as object;
  writeFileSync(record, JSON.stringify({ ...cluster, directory: join(dataDir, 'postgres') }), {
    mode: 0o600,
  });
  return { dataDir, firstOutput };
}
