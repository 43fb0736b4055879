import { describe, expect, test } from 'vitest';
import { effectsOf, type PinReason } from './statement-effects.ts';

describe('what pins a session', () => {
  test.each<[string, PinReason]>([
    ['select pg_advisory_lock($1)', 'session lock'],
    ['SELECT 1, pg_try_advisory_lock_shared(1, 2)', 'session lock'],
    ['rollback; select pg_advisory_unlock_all()', 'session lock'],
    ['create temporary table t (n integer)', 'temporary table'],
    ['CREATE LOCAL TEMP VIEW v AS select 1', 'temporary table'],
    ['select 1 as n into temporary t', 'temporary table'],
    [`set search_path = application`, 'setting'],
    [`set session characteristics as transaction read only`, 'setting'],
    ['reset all', 'setting'],
    ['discard all', 'setting'],
    [`select set_config('a.b', $1, false)`, 'setting'],
    [`select set_config('a.b', $1, $2)`, 'setting'],
    [`select set_config('a.b', $1, true), set_config('a.c', coalesce($2, ''), false)`, 'setting'],
    ['prepare p as select 1', 'named statement'],
    ['execute p', 'named statement'],
    ['deallocate all', 'named statement'],
    ['declare c cursor with hold for select 1', 'cursor'],
    ['listen changes', 'notification'],
    [`select nextval('s')`, 'sequence'],
  ])('%s', (text, reason) => {
    expect(effectsOf(text).pins).toEqual([reason]);
  });

  test.each([
    'select pg_advisory_xact_lock($1)',
    'select pg_try_advisory_xact_lock_shared($1)',
    'set local search_path = application',
    'set transaction isolation level serializable',
    'set constraints all deferred',
    `update t set note = 'create temporary table; set x = 1; listen'`,
    'select 1 -- set x = 1; reset all',
    'do $$ begin perform pg_advisory_lock(1); end $$',
    'insert into settings (name) values ($1)',
    `prepare transaction 'x'`,
  ])('not: %s', (text) => {
    expect(effectsOf(text).pins).toEqual([]);
  });

  test('a setting of the transaction pins where there is none', () => {
    const { pins, pinsOutsideTransaction } = effectsOf(
      `select set_config('a.b', $1, true), set_config('a.c', coalesce($2, ''), true)`,
    );
    expect({ pins, pinsOutsideTransaction }).toEqual({ pins: [], pinsOutsideTransaction: ['setting'] });
  });
});

test.each([
  ['begin', 'begins'],
  ['begin isolation level serializable', 'begins'],
  ['START TRANSACTION read only', 'begins'],
  ['commit', 'ends'],
  ['rollback', 'ends'],
  ['rollback; select 1', 'ends'],
  ['rollback to savepoint s', undefined],
  ['rollback work to s', undefined],
  ['savepoint s', undefined],
  ['beginning', undefined],
])('%s: the transaction %s', (text, expected) => {
  expect(effectsOf(text).transaction).toBe(expected);
});
