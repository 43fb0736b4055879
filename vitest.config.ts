import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { TestOrder } from './tests/support/test-order.ts';

const MINUTE_MS = 60_000;

// Commands and platforms that tests start would read and compile the same few hundred modules each time, for half of their processor time.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

/** Tests that work on a database: each file has one of its own, copied from a migrated template. */
const onDatabase = {
  globalSetup: ['tests/support/postgres-server.ts'],
  isolate: false,
  setupFiles: ['tests/support/fresh-file.ts'],
  // For what hangs. A test that is slow on a busy machine is not wrong.
  testTimeout: 3 * MINUTE_MS,
  hookTimeout: 3 * MINUTE_MS,
};

/** Tests that start processes and servers, and wait for them. */
const RUNNER = ['local/aws/{tests,functions}/**/*.test.ts', 'local/watch/**/*.test.ts'];

export default defineConfig({
  test: {
    env: {
      POWERTOOLS_LOG_LEVEL: process.env.POWERTOOLS_LOG_LEVEL ?? 'SILENT',
      POWERTOOLS_SERVICE_NAME: 'test',
      VESTRY_ENVIRONMENT: 'test',
      VESTRY_PASSWORD_LOG2_N: '10',
      PASSWORDS_BY_ADMIN: 'on',
      SECOND_FACTOR: 'off',
      POWERTOOLS_METRICS_DISABLED: process.env.POWERTOOLS_METRICS_DISABLED ?? 'true',
    },
    pool: 'forks',
    // Two processors carry four: tests wait for databases, queues and timers about half of their time.
    maxWorkers: 4,
    sequence: { sequencer: TestOrder },
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts'],
      exclude: ['shared/generated/**', '**/*.test.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 85, statements: 85 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{console,shared,local,tools}/**/*.test.ts', 'tests/oracles/*.test.ts'],
          exclude: [...RUNNER],
          // Pure rules share a process: loading what they import anew for each file took as long as the tests.
          isolate: false,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'runner', include: [...RUNNER], testTimeout: MINUTE_MS },
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
          // They share a process: the CDK is loaded once, and each environment synthesised once.
          isolate: false,
          testTimeout: 2 * MINUTE_MS,
          hookTimeout: 2 * MINUTE_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/e2e/synthesised-once.ts'],
          setupFiles: ['tests/e2e/two-at-a-time.ts'],
          testTimeout: 6 * MINUTE_MS,
          hookTimeout: 8 * MINUTE_MS,
        },
      },
    ],
  },
});
