import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTemplateRunner } from 'template-runner';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { Synthesised } from './synthesised.ts';

const environments = environmentNames();

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'vestry-runner-'));
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** A resource that the local platform doesn't know stops its start: no environment may use a switch that runs on AWS alone. */
test.each(environments)('the templates of %s can run on one machine', async (name) => {
  const runner = await startTemplateRunner({
    assembly: Synthesised.of(readEnvironment(name)).assembly.directory,
    dataDir: join(dataDir, name),
    credentials: { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' },
    typesWithoutEffect: ['Custom::Console', 'Custom::Migration'],
  });
  try {
    // Queues, rules and functions are known; that they work is the business of the tests that start a platform. Its schedules would run every job at once.
    const port = await runner.serve(0, false);
    const health = await fetch(`http://127.0.0.1:${port}/openapi.json`, { method: 'OPTIONS' });
    expect(health.status).toBe(204);
  } finally {
    await runner.stop();
  }
});
