import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The files that know of suspended tenants: the stacks apply what the job table declares, and an upload tells its tenant. */
const KNOWN = [
  'shared/platform/queue/consumer.ts',
  'shared/platform/queue/failures.ts',
  'shared/platform/queue/step.ts',
  'shared/platform/queue/system-actor.ts',
  'shared/uploads/loading/process-upload.ts',
];

test('no use case decides by itself what becomes of a suspended tenant’s work', () => {
  const deciding = globSync(['shared/**/*.ts', 'functions/**/*.ts'])
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) =>
      /isParked\(|slug === 'tenant-suspended'|'tenant-suspended' ===/.test(readFileSync(file, 'utf8')),
    );
  expect(deciding.sort()).toEqual(KNOWN);
});
