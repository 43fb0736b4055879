import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesise } from '#local/synthesis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file whose holder may run a platform. */
    platformLock: string;
  }
}

/** Synthesises the templates before any platform starts: each takes a copy. */
export default async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'vestry-e2e-run-'));
  await synthesise(join(directory, 'cdk.out'));
  project.provide('platformLock', join(directory, 'platform.lock'));
  return () => rmSync(directory, { recursive: true, force: true });
}
