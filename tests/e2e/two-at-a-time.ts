import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { heldLock, laneOf } from '#tests/support/platform-locks.ts';

/** Longer than all the other files together. */
const PATIENCE_MS = 20 * 60_000;

const directory = inject('platformLocks');
let release: () => void;

/**
 * Lets one file of each lane at a time run a platform. They run beside the tests of other projects, which fill the time in which a platform
 * waits.
 */
beforeAll(async () => {
  release = await heldLock(join(directory, `${laneOf(expect.getState().testPath ?? '')}.lock`));
}, PATIENCE_MS);

afterAll(() => release());
