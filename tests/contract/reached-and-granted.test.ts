import { expect, test } from 'vitest';
import type { Resource } from '#contracts/resources.ts';
import { modulesReached } from '#tests/support/reached-modules.ts';
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
  ['timeZone:default', /identityEnvironment\.defaultTimeZone\(/],
  ['outside:address', /environment\.outsideToLoopback\(/],
  ['function:fetch-public:call', /callFunction<\w+>\(fetchPublic,/],
];
/** The effects of every change; they are carried out by the routes that decide, which may do what any of them does. */
const TABLES = ['shared/change-effects.ts'];
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

const reaching = routes
  .filter(({ method }) => WRITES.includes(method))
  .map(({ operationId, entry, uses }) => ({ operationId, modules: modulesReached(entry, TABLES), uses }));

test.each(NEEDS)('a route that can reach what needs %s has it', (use, by) => {
  const without = reaching
    .filter(({ modules, uses }) => !uses.includes(use) && modules.values().some((text) => by.test(text)))
    .map(({ operationId }) => operationId);
  expect(without).toEqual([]);
});

test('the scan finds what stands behind imports and behind what is loaded later', () => {
  const filesOf = (id: string) => [
    ...(reaching.find(({ operationId }) => operationId === id)?.modules.keys() ?? []),
  ];
  expect(filesOf('transferShares')).toContain('shared/register/transfer-shares.ts');
  expect(filesOf('createConnection')).toContain('shared/approvals/request-change.ts');
  expect(filesOf('setSignInSettings')).toContain('shared/identity/second-factor/demand.ts');
});
