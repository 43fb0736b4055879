import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocatePool, type Position } from './allocate-pool.ts';

const sum = (amounts: Iterable<bigint>) => [...amounts].reduce((total, amount) => total + amount, 0n);

test('what is left goes to the largest fractions', () => {
  // The shares of 100 are 16.67, 33.33 and 50.
  expect(
    allocatePool(100n, [
      { shareholderId: 'a', holdings: '1' },
      { shareholderId: 'b', holdings: '2' },
      { shareholderId: 'c', holdings: '3' },
    ]),
  ).toEqual(
    new Map([
      ['a', 17n],
      ['b', 33n],
      ['c', 50n],
    ]),
  );
});

test('equal fractions are decided by the ids', () => {
  const positions = ['c', 'a', 'b'].map((shareholderId) => ({ shareholderId, holdings: '1.5' }));
  expect(allocatePool(5n, positions)).toEqual(
    new Map([
      ['a', 2n],
      ['b', 2n],
      ['c', 1n],
    ]),
  );
});

test('a pool smaller than the number of holders leaves some with nothing', () => {
  const positions = ['a', 'b', 'c'].map((shareholderId) => ({ shareholderId, holdings: '1' }));
  expect([...allocatePool(1n, positions).values()]).toEqual([1n, 0n, 0n]);
});

test('an empty list allocates nothing', () => {
  expect(allocatePool(100n, [])).toEqual(new Map());
});

describe('for any pool and positions', () => {
  const pool = fc.bigInt({ min: 1n, max: 10n ** 15n });
  const holdings = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 1, max: 99_999_999 }))
    .map(([whole, fraction]) => `${whole}.${String(fraction).padStart(8, '0')}`);
  const positions = fc
    .uniqueArray(fc.uuid(), { minLength: 1, maxLength: 60 })
    .chain((ids) =>
      fc
        .array(holdings, { minLength: ids.length, maxLength: ids.length })
        .map((each) =>
          ids.map((shareholderId, index): Position => ({ shareholderId, holdings: each[index] ?? '1' })),
        ),
    );
  const units = (text: string) => BigInt(text.replace('.', ''));

  test('the amounts sum to the pool', () => {
    fc.assert(
      fc.property(pool, positions, (minor, holders) => {
        expect(sum(allocatePool(minor, holders).values())).toBe(minor);
      }),
    );
  });

  test('each differs from the exact share by less than a minor unit', () => {
    fc.assert(
      fc.property(pool, positions, (minor, holders) => {
        const amounts = allocatePool(minor, holders);
        const total = sum(holders.map((holder) => units(holder.holdings)));
        for (const { shareholderId, holdings: held } of holders) {
          const difference = (amounts.get(shareholderId) ?? 0n) * total - minor * units(held);
          expect(difference < total && -difference < total).toBe(true);
        }
      }),
    );
  });

  test('the order of holders is irrelevant', () => {
    fc.assert(
      fc.property(pool, positions, fc.integer(), (minor, holders, seed) => {
        const turned = holders.toSorted(
          (a, b) =>
            ((a.shareholderId.charCodeAt(0) * seed) % 7) - ((b.shareholderId.charCodeAt(0) * seed) % 7),
        );
        expect([...allocatePool(minor, turned)].sort()).toEqual([...allocatePool(minor, holders)].sort());
      }),
    );
  });

  test('more shares never get less', () => {
    fc.assert(
      fc.property(pool, positions, (minor, holders) => {
        const amounts = allocatePool(minor, holders);
        const sorted = holders.toSorted((a, b) => Number(units(a.holdings) - units(b.holdings) > 0n) * 2 - 1);
        for (const [index, holder] of sorted.entries()) {
          const next = sorted[index + 1];
          if (next === undefined || units(next.holdings) === units(holder.holdings)) continue;
          expect((amounts.get(holder.shareholderId) ?? 0n) <= (amounts.get(next.shareholderId) ?? 0n)).toBe(
            true,
          );
        }
      }),
    );
  });
});
