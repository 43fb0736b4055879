import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Resource } from '#contracts/resources.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { routes } from '../../shared/routes.ts';

/**
 * A route is granted what it uses, and told what it has to know, by its table. Whatever its table leaves out is missed on a platform alone,
 * where each function has variables of its own: events wait for the sweeper, and a switch is as if it had not been set. The modules that a
 * handler can reach say what it may need.
 */

const NEEDS: readonly (readonly [use: Resource, by: RegExp])[] = [
  ['eventBus:put', /\bemit(Alike)?\(tx/],
  ['secondFactor:demand', /identityEnvironment\.secondFactorDemanded\(/],
  ['passwords:byAdmin', /identityEnvironment\.passwordsByAdmin\(/],
  ['identityProviders:address', /identityEnvironment\.providersToLoopback\(/],
];
/** The effects of every change; they are carried out by the routes that decide, which may do what any of them does. */
const TABLES = ['shared/change-effects.ts'];
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

const aliases = Object.entries(packageFile.imports)
  .map(([from, to]) => [from.slice(0, -1), to.slice(0, -1)] as const)
  .sort(([a], [b]) => b.length - a.length);

function resolved(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(from, '..', specifier);
  const alias = aliases.find(([prefix]) => specifier.startsWith(prefix));
  return alias && join(alias[1], specifier.slice(alias[0].length));
}

/** Returns the modules of ours that one loads, when it is loaded or later. */
function loads(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const imports = [...text.matchAll(/(?:^|\n)(?:import|export) (?!type )[^;]*?from '([^']+)'/g)];
  const later = TABLES.includes(file) ? [] : [...text.matchAll(/\bimport\('([^']+)'\)/g)];
  return [...imports, ...later].flatMap(([, specifier = '']) => {
    const found = resolved(file, specifier);
    return found !== undefined && existsSync(found) ? [found] : [];
  });
}

const known = new Map<string, { readonly loads: readonly string[]; readonly needs: readonly Resource[] }>();

function reachable(entry: string): readonly string[] {
  const seen = new Set([entry]);
  for (const file of seen) {
    const text = readFileSync(file, 'utf8');
    const module = known.get(file) ?? {
      loads: loads(file),
      needs: NEEDS.filter(([, by]) => by.test(text)).map(([use]) => use),
    };
    known.set(file, module);
    for (const next of module.loads) seen.add(next);
  }
  return [...seen];
}

const reaching = routes
  .filter(({ method }) => WRITES.includes(method))
  .map(({ operationId, entry, uses }) => ({ operationId, files: reachable(entry), uses }));

test.each(NEEDS)('a route that can reach what needs %s has it', (use) => {
  const without = reaching
    .filter(
      ({ files, uses }) => !uses.includes(use) && files.some((file) => known.get(file)?.needs.includes(use)),
    )
    .map(({ operationId }) => operationId);
  expect(without).toEqual([]);
});

test('the scan finds what stands behind imports and behind what is loaded later', () => {
  const filesOf = (id: string) => reaching.find(({ operationId }) => operationId === id)?.files ?? [];
  expect(filesOf('transferShares')).toContain('shared/register/transfer-shares.ts');
  expect(filesOf('createConnection')).toContain('shared/approvals/request-change.ts');
  expect(filesOf('setSignInSettings')).toContain('shared/identity/second-factor/demand.ts');
});
