import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IConfiguration } from 'dependency-cruiser';
import { expect, onTestFinished, test } from 'vitest';

/** The rules of `.dependency-cruiser.mjs` hold for imports of types too: each case plants one that they forbid. */

const CONFIGURATION = join(import.meta.dirname, '../../.dependency-cruiser.mjs');
const TYPE = 'export interface Payee { readonly id: string }';

async function brokenRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'vestry-dependency-rules-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const imports = { '#*': './shared/*' };
  for (const [path, text] of Object.entries({
    'package.json': JSON.stringify({ imports }),
    'console/src/main.ts': '',
    ...files,
  })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const { default: configuration }: { default: IConfiguration } = await import(CONFIGURATION);
  const { options, ...ruleSet } = configuration;
  const { output } = await cruise(['console', 'shared'], {
    ...options,
    ruleSet,
    validate: true,
    baseDir: directory,
  });
  if (typeof output === 'string') throw new Error(output);
  return output.summary.violations.map(({ rule }) => rule.name);
}

test.each([
  ["import type { Payee } from '#payments/payee.ts'; export type Name = Payee;"],
  ["import { type Payee } from '#payments/payee.ts'; export type Name = Payee;"],
  ["export type { Payee } from '#payments/payee.ts';"],
  ["export type * from '#payments/payee.ts';"],
])('the platform may not know a type of a domain: %s', async (text) => {
  const files = { 'shared/platform/name.ts': text, 'shared/payments/payee.ts': TYPE };
  expect(await brokenRules(files)).toEqual(['platform-knows-no-domain']);
});

test('types may not need each other in a circle', async () => {
  const files = {
    'shared/payments/order.ts':
      "import type { Payee } from './payee.ts'; export interface Order { readonly payee: Payee }",
    'shared/payments/payee.ts':
      "import type { Order } from './order.ts'; export interface Payee { readonly orders: Order[] }",
  };
  expect(await brokenRules(files)).toContain('no-circular');
});

test.each([
  ["import type { Payee } from '#payments/payee.ts'; export type Name = Payee;", []],
  ["import type * as payees from '#payments/payee.ts'; export type Names = typeof payees;", []],
  [
    "import { type Payee, total } from '#payments/payee.ts'; export const sum: Payee = total;",
    ['console-takes-types'],
  ],
  ["export const load = () => import('#payments/payee.ts');", ['console-takes-types']],
])('the console takes types of the platform, and nothing that runs: %s', async (text, broken) => {
  const files = {
    'console/src/main.ts': text,
    'shared/payments/payee.ts': `${TYPE} export const total = { id: '' };`,
  };
  expect(await brokenRules(files)).toEqual(broken);
});
