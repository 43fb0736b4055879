import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const WORKFLOWS = join(import.meta.dirname, '../../.github/workflows');
const read = (file: string): string => readFileSync(join(WORKFLOWS, file), 'utf8');

describe.each(readdirSync(WORKFLOWS))('%s', (file) => {
  test('pins every action by its commit', () => {
    const uses = [...read(file).matchAll(/uses: (\S+)/g)].map(([, action = '']) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([]);
  });
});

test('a release has ended before its session does', () => {
  const workflow = read('deploy.yml');
  const minutes = Number(/timeout-minutes: (\d+)/.exec(workflow)?.[1]);
  const seconds = Number(/role-duration-seconds: (\d+)/.exec(workflow)?.[1]);
  expect(minutes * 60).toBeLessThan(seconds);
});

test('the bill of materials is kept', () => {
  const [path] = /cdk\.out\/sbom\S*/.exec(read('deploy.yml')) ?? [];
  expect(read('deploy.yml')).toContain(`path: ${path}`);
});
