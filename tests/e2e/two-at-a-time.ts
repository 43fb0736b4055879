import { join } from 'node:path';
import { afterAll, beforeAll, inject } from 'vitest';
import { firstLock, PLATFORMS } from '#tests/support/platform-locks.ts';

/** Longer than all the other files together. */
const PATIENCE_MS = 20 * 60_000;

/**
 * Lets two files at a time run a platform. They run beside the tests of other projects, which fill the time in which a platform
 * waits; more platforms would only take the processors from each other, and one leaves a processor idle when the others have ended.
 */
const directory = inject('platformLocks');
const paths = Array.from({ length: PLATFORMS }, (_, index) => join(directory, `platform-${index}.lock`));
let release: () => void;

beforeAll(async () => {
  release = await firstLock(paths);
}, PATIENCE_MS);

afterAll(() => release());
