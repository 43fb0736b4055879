import type { ContributionSource } from '#contracts/transactions.ts';
import { type Breach, findBreach, type Limit, type Person, type YearSums } from './contribution-limits.ts';
import { countedInYear } from './contribution-sources.ts';

/** More than any limit, in minor units. */
const ENDLESS = 10n ** 15n;

/** The largest contribution from a source that the limits of a year let through, and the limit that more would break. */
export interface RoomLeft {
  /** Minor units; undefined: no limit stops it. */
  readonly left: bigint | undefined;
  readonly breach: Breach | undefined;
}

/**
 * Finds what is left of a year's limits for a source by asking the rule that contributions are judged by: it has no formula of its own. What breaks a limit
 * does so with more as well.
 *
 * @example
 * const limits = [{ kind: 'EMPLOYEE_DEFERRAL', year: 2026, minAge: 0, maxAge: 200, amount: 24_500_00n }];
 * const used = { employee: 24_000_00n, roth: 0n, employer: 0n };
 * roomLeft('EMPLOYEE', used, limits, { age: 40, wages: undefined }).left; // → 500_00n
 * roomLeft('EMPLOYER', used, limits, { age: 40, wages: undefined }).left; // → undefined
 */
export function roomLeft(
  source: ContributionSource,
  used: YearSums,
  limits: readonly Limit[],
  person: Person,
): RoomLeft {
  const breachOf = (amount: bigint) => findBreach(used, countedInYear(source, amount), limits, person);
  if (breachOf(ENDLESS) === undefined) return { left: undefined, breach: undefined };
  let [most, least] = [0n, ENDLESS];
  while (least - most > 1n) {
    const middle = (most + least) / 2n;
    if (breachOf(middle) === undefined) most = middle;
    else least = middle;
  }
  return { left: most, breach: breachOf(least) };
}
