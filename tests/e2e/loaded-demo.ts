import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { dataPaths } from '#local/data-directory.ts';
import { type PlatformState, writeState } from '#local/platform-file.ts';
import { heldLock } from '#tests/support/platform-locks.ts';
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
 * @param provider whether people sign in by its identity provider: files that do so wait for each other, as all copies have its port
 */
export async function loadedDemo({ provider = false } = {}): Promise<LoadedDemo> {
  const kept = inject('loadedDemo');
  const release = await heldLock(`${kept}.lock`);
  try {
    if (!existsSync(join(kept, LOADED))) await load(kept);
  } finally {
    release();
  }
  const firstOutput = readFileSync(join(kept, LOADED), 'utf8').split('\n');
  const dataDir = temporaryDataDir();
  // A start links the templates and the code of functions anew.
  for (const entry of readdirSync(kept).filter((name) => name !== 'cdk.out'))
    copyTree(join(kept, entry), join(dataDir, entry));
  const record = join(dataDir, 'postgres.json');
  const cluster = JSON.parse(readFileSync(record, 'utf8')) as object;
  writeFileSync(record, JSON.stringify({ ...cluster, directory: join(dataDir, 'postgres') }), {
    mode: 0o600,
  });
  // It is given back by the end of this process, which is that of one file.
  if (provider) await heldLock(`${kept}.provider.lock`);
  else moveProvider(dataDir);
  return { dataDir, firstOutput };
}

async function load(kept: string): Promise<void> {
  const platform = await startedPlatform({ dataDir: kept });
  await platform.stop();
  writeFileSync(join(kept, LOADED), platform.output.join('\n'));
}

/** Has the identity provider listen on a free port: all copies know the same one, at which the connections of their tenants look for it. */
function moveProvider(dataDir: string): void {
  const path = dataPaths(dataDir).state;
  const state = JSON.parse(readFileSync(path, 'utf8')) as PlatformState;
  writeState(dataDir, {
    ...state,
    ...(state.identity === undefined ? {} : { identity: { ...state.identity, port: 0 } }),
  });
}
