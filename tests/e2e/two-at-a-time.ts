import { afterAll, beforeAll, inject } from 'vitest';
import { heldPlatform } from '#tests/support/platform-locks.ts';

/** Longer than all the other files together. */
const PATIENCE_MS = 20 * 60_000;

const directory = inject('platformLocks');
let release: () => void;

/**
 * Lets two files at a time run a platform. They run beside the tests of other projects, which fill the time in which a platform
 * waits.
 */
beforeAll(async () => {
  release = await heldPlatform(directory);
}, PATIENCE_MS);

afterAll(() => release());
