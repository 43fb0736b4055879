import { parseDecimal, unitsAt } from '#kernel/decimal.ts';
import type { ItemKind } from './choices.ts';
import { thresholdOf } from './threshold.ts';

/** Shares and votes of a share have eight decimals each, and so their product has twice as many. */
const WEIGHT_PLACES = 16;

interface Counted {
  readonly kind: ItemKind;
  /** The part of the votes for and against that the item needs: a decimal, or a fraction such as `2/3`. */
  readonly threshold: string | null;
  /** Votes as decimals. AGAINST counts those that are withheld from a director. */
  readonly votesFor: string;
  readonly votesAgainst: string;
}

/**
 * Returns whether an item has carried in a meeting with a quorum; abstentions are neither for nor against. A threshold is reached by as many
 * votes as it says; without one it takes more votes for than against. Null for a director without a threshold: the one with the most votes
 * is elected, which depends on the seats.
 */
export function hasCarried({ kind, threshold, votesFor, votesAgainst }: Counted): boolean | null {
  const [pro, contra] = [votesFor, votesAgainst].map((votes) => unitsAt(parseDecimal(votes), WEIGHT_PLACES));
  if (pro === undefined || contra === undefined) return null;
  if (threshold === null) return kind === 'DIRECTOR' ? null : pro > contra;
  const { numerator, denominator } = thresholdOf(threshold);
  return pro > 0n && pro * denominator >= numerator * (pro + contra);
}
