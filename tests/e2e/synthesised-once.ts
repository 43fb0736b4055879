import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesise } from '#local/synthesis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The directory of the locks that let a file run a platform. */
    platformLocks: string;
    /** The data directory that `loadedDemo` fills. */
    loadedDemo: string;
  }
}

/** Synthesises the templates before any platform starts: each takes a copy. */
export default async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'vestry-e2e-run-'));
  await synthesise(join(directory, 'cdk.out'));
  project.provide('platformLocks', directory);
  const loadedDemo = join(directory, 'loaded-demo');
  mkdirSync(loadedDemo);
  // Postgres runs as nobody when we are root.
  for (const path of [directory, loadedDemo]) chmodSync(path, 0o711);
  project.provide('loadedDemo', loadedDemo);
  return () => rmSync(directory, { recursive: true, force: true });
}
