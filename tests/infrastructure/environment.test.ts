import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EnvironmentSchema, readEnvironment } from '#lib/environment.ts';
import { tablesOf } from '#lib/vestry.ts';
import { routes } from '../../shared/routes.ts';

const production = readEnvironment('acme-prod');
const local = readEnvironment('local');
const names = readdirSync(join(import.meta.dirname, '../../config/environments')).map((file) =>
  basename(file, '.json'),
);

describe('environments', () => {
  test.each(names)('%s can be used', (name) => {
    expect(readEnvironment(name).name).toBe(name);
  });

  test.each([
    ['a mock bank', { mockBank: true }],
    ['webhooks into its own network', { webhooksToLoopback: true }],
    ['unprotected data', { deletionProtection: false }],
    ['unprotected stacks', { terminationProtection: false }],
    ['a path for an origin', { corsOrigins: ['https://acme.example/'] }],
    ['any origin', { corsOrigins: ['*'] }],
    ['a period of logs that CloudWatch does not know', { logRetentionDays: 8 }],
    ['a minimum above the maximum', { database: { minAcu: 4, maxAcu: 2 } }],
    ['an option that does not exist', { mockBanc: false }],
  ])('production refuses %s', (_, change) => {
    expect(EnvironmentSchema.safeParse({ ...production, ...change }).success).toBe(false);
  });

  test('an environment elsewhere may have a mock bank', () => {
    expect(EnvironmentSchema.safeParse({ ...local, mockBank: true }).success).toBe(true);
  });

  test.each(['../local', 'Local', 'nowhere'])('%s is no environment', (name) => {
    expect(() => readEnvironment(name)).toThrow();
  });

  test('without a mock bank its functions are left out', () => {
    const [route] = routes;
    if (route === undefined) throw new Error('there are no routes');
    const bank = { ...route, operationId: 'receivePayment', mockBank: true };
    const tables = { routes: [route, bank], jobs: [] };
    expect(tablesOf(local, tables).routes).toEqual([route, bank]);
    expect(tablesOf(production, tables).routes).toEqual([route]);
  });
});
