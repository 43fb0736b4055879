import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { routes } from '../../shared/routes.ts';

/**
 * Events are put on the bus right after the commit. Without the right to do so they would wait for the sweeper, a minute or more, and
 * each request would leave a warning. The modules that a handler can reach say whether it may emit something.
 */

const EMITS = /\bemit(Alike)?\(tx/;
/** The effects of every change; they are carried out by the routes that decide, which may put what any of them emits. */
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

const known = new Map<string, { readonly loads: readonly string[]; readonly emits: boolean }>();

function reachable(entry: string): readonly string[] {
  const seen = new Set([entry]);
  for (const file of seen) {
    const module = known.get(file) ?? {
      loads: loads(file),
      emits: EMITS.test(readFileSync(file, 'utf8')),
    };
    known.set(file, module);
    for (const next of module.loads) seen.add(next);
  }
  return [...seen];
}

const writing = routes
  .filter(({ method }) => WRITES.includes(method))
  .map(({ operationId, entry, uses }) => ({
    operationId,
    emitters: reachable(entry).filter((file) => known.get(file)?.emits),
    isGranted: uses.includes('eventBus:put'),
  }));

test('a route that can reach what emits events may put them on the bus', () => {
  expect(writing.filter(({ emitters, isGranted }) => emitters.length > 0 && !isGranted)).toEqual([]);
});

test('the scan finds emitters behind imports and behind what is loaded later', () => {
  const emittersOf = (id: string) => writing.find(({ operationId }) => operationId === id)?.emitters ?? [];
  expect(emittersOf('transferShares')).toContain('shared/register/transfer-shares.ts');
  expect(emittersOf('createConnection')).toContain('shared/approvals/request-change.ts');
});
