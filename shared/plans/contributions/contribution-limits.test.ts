import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ageReached, findBreach, type Limit, type YearSums } from './contribution-limits.ts';

const limit = (kind: Limit['kind'], dollars: number, minAge = 0, maxAge = 200): Limit => ({
  kind,
  year: 2026,
  minAge,
  maxAge,
  amount: BigInt(dollars) * 100n,
});
const LIMITS_2026 = [
  limit('EMPLOYEE_DEFERRAL', 24_500),
  limit('CATCH_UP', 8_000, 50, 59),
  limit('CATCH_UP', 11_250, 60, 63),
  limit('CATCH_UP', 8_000, 64),
  limit('TOTAL_ADDITIONS', 72_000),
  limit('ROTH_CATCH_UP', 150_000),
];
const sums = (employee: number, employer = 0, roth = 0): YearSums => ({
  roth: BigInt(Math.round(roth * 100)),
  employee: BigInt(Math.round(employee * 100)),
  employer: BigInt(Math.round(employer * 100)),
});
const NONE = sums(0);

describe('the employee’s own contributions of 2026', () => {
  test.each([
    [undefined, 24_500],
    [49, 24_500],
    [50, 32_500],
    [59, 32_500],
    [60, 35_750],
    [63, 35_750],
    [64, 32_500],
  ])('at the age of %s may reach %d and no cent more', (age, allowed) => {
    expect(findBreach(NONE, sums(allowed), LIMITS_2026, { age, wages: undefined })).toBeUndefined();
    expect(findBreach(sums(allowed), sums(0.01), LIMITS_2026, { age, wages: undefined })).toEqual({
      kind: 'EMPLOYEE_DEFERRAL',
      allowed: BigInt(allowed) * 100n,
      used: BigInt(allowed) * 100n,
      left: 0n,
    });
  });

  test('says what is used and what is left', () => {
    expect(findBreach(sums(24_000), sums(600), LIMITS_2026, { age: 49, wages: undefined })).toMatchObject({
      used: 24_000_00n,
      left: 500_00n,
    });
  });

  test('do not count against the employer’s', () => {
    expect(
      findBreach(sums(30_000), sums(0, 10_000), LIMITS_2026, { age: 30, wages: undefined }),
    ).toBeUndefined();
  });
});

describe('all contributions of 2026', () => {
  test('may reach the total, and with a catch-up that much more', () => {
    expect(
      findBreach(sums(24_500), sums(0, 47_500), LIMITS_2026, { age: 49, wages: undefined }),
    ).toBeUndefined();
    expect(
      findBreach(sums(24_500), sums(0, 47_500.01), LIMITS_2026, { age: 49, wages: undefined }),
    ).toMatchObject({
      kind: 'TOTAL_ADDITIONS',
      allowed: 72_000_00n,
      used: 24_500_00n,
    });
    expect(
      findBreach(sums(32_500), sums(0, 47_500), LIMITS_2026, { age: 50, wages: undefined }),
    ).toBeUndefined();
    expect(
      findBreach(sums(32_500), sums(0, 47_500.01), LIMITS_2026, { age: 50, wages: undefined }),
    ).toMatchObject({
      allowed: 80_000_00n,
    });
  });

  test('the catch-up is the employee’s own money', () => {
    expect(
      findBreach(sums(1_000), sums(0, 72_000), LIMITS_2026, { age: 55, wages: undefined }),
    ).toBeUndefined();
    expect(
      findBreach(sums(1_000), sums(0, 72_000.01), LIMITS_2026, { age: 55, wages: undefined }),
    ).toMatchObject({
      allowed: 73_000_00n,
    });
    expect(findBreach(NONE, sums(0, 72_000.01), LIMITS_2026, { age: 55, wages: undefined })).toMatchObject({
      allowed: 72_000_00n,
    });
  });
});

test('age is that of the year’s end', () => {
  expect(ageReached('1976-12-31', 2026)).toBe(50);
  expect(ageReached('1977-01-01', 2026)).toBe(49);
});

test('without limits there is no breach', () => {
  expect(findBreach(NONE, sums(1e9, 1e9), [], { age: 40, wages: undefined })).toBeUndefined();
});

test('what is left can be contributed, and one cent more can’t', () => {
  const cents = fc.bigInt({ min: 0n, max: 40_000_00n });
  fc.assert(
    fc.property(
      fc.record({ employee: cents, roth: fc.constant(0n), employer: cents }),
      fc.constantFrom('employee' as const, 'employer' as const),
      fc.integer({ min: 18, max: 80 }),
      (used, source, age) => {
        const add = (amount: bigint) => ({ employee: 0n, roth: 0n, employer: 0n, [source]: amount });
        const breach = findBreach(used, add(100_000_00n), LIMITS_2026, { age, wages: undefined });
        if (breach === undefined || breach.left === 0n) return;
        // The employee's own money may raise the limit of the total; then more is left than was reported, not less.
        expect(findBreach(used, add(breach.left), LIMITS_2026, { age, wages: undefined })?.kind).not.toBe(
          breach.kind,
        );
        if (source === 'employer')
          expect(
            findBreach(used, add(breach.left + 1n), LIMITS_2026, { age, wages: undefined }),
          ).toBeDefined();
      },
    ),
  );
});

describe('a catch-up of whoever earned more than 150,000 in the year before', () => {
  const RICH = { age: 55, wages: 150_000_01n };

  test.each([
    ['before tax', sums(24_500), sums(0.01), 'ROTH_CATCH_UP'],
    ['before tax, once Roth has used the rest', sums(26_000, 0, 2_000), sums(500.01), 'ROTH_CATCH_UP'],
    ['before tax, up to the limit, behind Roth', sums(30_000, 0, 6_000), sums(500), undefined],
    ['Roth', sums(24_500), sums(8_000, 0, 8_000), undefined],
    ['Roth, beyond the catch-up', sums(24_500), sums(8_000.01, 0, 8_000.01), 'EMPLOYEE_DEFERRAL'],
    ['Roth, behind what was too much before tax', sums(25_000), sums(100, 0, 100), undefined],
    ['the employer’s', sums(24_500), sums(0, 1_000), undefined],
  ])('%s', (_, used, added, kind) => {
    expect(findBreach(used, added, LIMITS_2026, RICH)?.kind).toBe(kind);
  });

  test.each([150_000_00n, undefined])('is not held to Roth by wages of %s', (wages) => {
    expect(findBreach(sums(24_500), sums(8_000), LIMITS_2026, { age: 55, wages })).toBeUndefined();
  });
});
