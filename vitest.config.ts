import { defineConfig } from 'vitest/config';

const MINUTE_MS = 60_000;

/** Tests that work on a database: each file has one of its own, copied from a migrated template. */
const onDatabase = {
  globalSetup: ['tests/support/postgres-server.ts'],
  testTimeout: MINUTE_MS,
  hookTimeout: MINUTE_MS,
};

export default defineConfig({
  test: {
    env: {
      POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? 'SILENT',
      POWERTOOLS_SERVICE_NAME: 'test',
      VESTRY_ENVIRONMENT: 'test',
      POWERTOOLS_METRICS_DISABLED: process.env.POWERTOOLS_METRICS_DISABLED ?? 'true',
    },
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts'],
      exclude: ['shared/generated/**', '**/*.test.ts'],
      reporter: ['text-summary', 'json-summary'],
      // A failed run may be mended by running one test again (.ci/run-failed-again.mjs), which needs to know the coverage.
      reportOnFailure: true,
      thresholds: { lines: 85, statements: 85 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{shared,local,tools}/**/*.test.ts'],
          exclude: ['local/aws/tests/**'],
          // Pure rules share a process: loading what they import anew for each file took as long as the tests.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'runner', include: ['local/aws/tests/**/*.test.ts'], testTimeout: MINUTE_MS },
      },
      { extends: true, test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], ...onDatabase } },
      {
        extends: true,
        test: { name: 'integration', include: ['tests/integration/**/*.test.ts'], ...onDatabase },
      },
      {
        extends: true,
        test: {
          name: 'infrastructure',
          include: ['tests/infrastructure/**/*.test.ts'],
          globalSetup: ['tests/infrastructure/bundled.ts'],
          // One process: the CDK is loaded once, and each environment synthesised once.
          isolate: false,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 2 * MINUTE_MS,
          hookTimeout: 2 * MINUTE_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 6 * MINUTE_MS,
          hookTimeout: 8 * MINUTE_MS,
          // Last and alone: each starts a platform of its own.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
