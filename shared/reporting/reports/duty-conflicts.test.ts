import { expect, test } from 'vitest';
import { CHANGE_KINDS, controlledChange } from '#approvals/controlled-changes.ts';
import { USER_ROLES } from '#kernel/roles.ts';
import { conflictsBehind, conflictsOf, conflictsOverTime, decidable } from './duty-conflicts.ts';

const kindsThat = (of: 'proposes' | 'decides', role: string) =>
  CHANGE_KINDS.filter((kind) => (controlledChange(kind)[of] as readonly string[]).includes(role));

test.each(USER_ROLES)('%s has both hands for what the table lets it propose and decide on', (role) => {
  const decided = new Set(kindsThat('decides', role));
  expect(conflictsOf(role)).toEqual(kindsThat('proposes', role).filter((kind) => decided.has(kind)));
});

test('ADMIN has both hands for payments, COMPLIANCE for a hold and a lost second factor, OPS and EMPLOYEE for nothing', () => {
  expect(conflictsOf('ADMIN')).toEqual(expect.arrayContaining(['payment', 'user-created', 'api-key']));
  expect(conflictsOf('COMPLIANCE')).toEqual(['legal-hold-released', 'second-factor-reset']);
  expect([conflictsOf('OPS'), conflictsOf('EMPLOYEE'), conflictsOf('OPERATOR')]).toEqual([[], [], []]);
});

test('whoever was OPS and is COMPLIANCE could decide on what they have proposed as OPS, and not the other way round', () => {
  expect(conflictsOverTime('COMPLIANCE', ['OPS'])).toEqual(kindsThat('proposes', 'OPS'));
  expect(conflictsOverTime('COMPLIANCE', ['EMPLOYEE'])).toEqual([]);
  expect(conflictsOverTime('OPS', ['COMPLIANCE'])).toEqual([]);
  expect(conflictsOverTime('ADMIN', ['OPS'])).toEqual([]);
  expect(conflictsOverTime('ADMIN', ['COMPLIANCE'])).toEqual(['legal-hold-released']);
});

test('a key and the person behind it are two hands of one', () => {
  expect(conflictsBehind('OPS', 'COMPLIANCE')).toEqual(kindsThat('proposes', 'OPS'));
  expect(conflictsBehind('OPS', 'OPS')).toEqual([]);
  expect(conflictsBehind('DIRECTORY', 'ADMIN')).toEqual([]);
  expect(decidable('COMPLIANCE', ['payment', 'no-such-kind'])).toEqual(['payment']);
  expect(decidable('OPS', ['payment'])).toEqual([]);
});
