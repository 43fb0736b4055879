import { parseDecimal } from '#kernel/decimal.ts';

export interface Position {
  readonly shareholderId: string;
  /** A plain decimal greater than zero. */
  readonly holdings: string;
}

/**
 * Splits a pool in proportion to holdings, to the minor unit (the method of the largest remainder): everyone gets the whole
 * part of their share, and what is left goes in single units to those with the largest fractions, ties by shareholder id. The
 * sum is exactly the pool, for any number of holders; the order of holders is irrelevant.
 *
 * What pays is `take_dividend_snapshot` (migrations/functions/take_dividend_snapshot.sql); this is the oracle that a test holds it to.
 *
 * @param poolMinor greater than zero, in minor units
 * @returns minor units by shareholder id; empty when there are no positions
 */
export function allocatePool(poolMinor: bigint, positions: readonly Position[]): Map<string, bigint> {
  const read = positions.map(({ shareholderId, holdings }) => ({ shareholderId, ...parseDecimal(holdings) }));
  const scale = read.reduce((most, position) => Math.max(most, position.scale), 0);
  const weights = read.map(({ shareholderId, units, scale: own }) => ({
    shareholderId,
    weight: units * 10n ** BigInt(scale - own),
  }));
  const total = weights.reduce((sum, { weight }) => sum + weight, 0n);
  const shares = weights.map(({ shareholderId, weight }) => ({
    shareholderId,
    whole: (poolMinor * weight) / total,
    remainder: (poolMinor * weight) % total,
  }));
  const left = poolMinor - shares.reduce((sum, { whole }) => sum + whole, 0n);
  const byRemainder = shares.toSorted(
    (a, b) => compare(b.remainder, a.remainder) || compare(a.shareholderId, b.shareholderId),
  );
  return new Map(
    byRemainder.map(({ shareholderId, whole }, rank) => [
      shareholderId,
      BigInt(rank) < left ? whole + 1n : whole,
    ]),
  );
}

/** Ids as Postgres compares UUIDs: byte by byte, which is the order of their lower-case text. */
function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
