import { canonicalDecimal } from '#kernel/decimal.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import {
  addToTally,
  compareWithIssued,
  findRegisterSettings,
  isWithoutShares,
  type NewRegisterSettings,
  takeFromTally,
} from './limits.repository.ts';

/** Percentages of a class's shares above which a second person approves, for tenants that have set nothing. */
const DEFAULT_BY_HAND_PERCENT = '1';
const DEFAULT_BY_FILE_PERCENT = '10';
/** The percentage that lets everything pass. */
const NO_LIMIT = '100';

export interface PositionLimits {
  readonly byHandPercent: string;
  readonly byFilePercent: string;
}

export function positionLimits(settings: NewRegisterSettings | undefined): PositionLimits {
  return {
    byHandPercent: canonicalDecimal(settings?.by_hand_percent ?? DEFAULT_BY_HAND_PERCENT),
    byFilePercent: canonicalDecimal(settings?.by_file_percent ?? DEFAULT_BY_FILE_PERCENT),
  };
}

export interface Move {
  readonly securityClass: string;
  /** Shares that leave a holder or come to one, whichever are more. */
  readonly shares: string;
  readonly means: 'HAND' | 'FILE';
  /** The user who moves them. */
  readonly party: string;
  /** The shares are the first ones of a holder. @default false */
  readonly isFirst?: boolean;
}

/** Tells whether no change by a means needs a second person, however large: without a limit, or as long as the register has no shares. */
export async function isFree(tx: TenantTx, means: Move['means']): Promise<boolean> {
  return (await percentOf(tx, means)) === NO_LIMIT || (await isWithoutShares(tx));
}

async function percentOf(tx: TenantTx, means: Move['means']): Promise<string> {
  const { byHandPercent, byFilePercent } = positionLimits(await findRegisterSettings(tx));
  return means === 'HAND' ? byHandPercent : byFilePercent;
}

/**
 * Tells whether a change of positions needs a second person: above the tenant's limit by itself, or together with what the same
 * party has moved on the same day without one. Splitting doesn't help. The first shares of a register need nobody: a file that finds none, or first
 * positions by one person's hand, as long as they are all that the register has. Those of a further class do: they may outvote everybody.
 */
export async function exceedsLimit(tx: TenantTx, move: Move): Promise<boolean> {
  const { securityClass, shares, means, party, isFirst = false } = move;
  const percent = await percentOf(tx, means);
  if (percent === NO_LIMIT) return false;
  const tally = { day: await todayOf(tx), securityClass, party };
  if (means === 'HAND' && isFirst) {
    const opening = { ...tally, means: 'OPENING' } as const;
    const sum = await addToTally(tx, opening, shares);
    if ((await compareWithIssued(tx, tally, { sum, percent, shares })).isAllOfIt) return false;
    await takeFromTally(tx, opening, shares);
  }
  const sum = await addToTally(tx, { ...tally, means }, shares);
  const { isEmpty, exceeds } = await compareWithIssued(tx, tally, { sum, percent, shares });
  if (!exceeds) return false;
  await takeFromTally(tx, { ...tally, means }, shares);
  return !isEmpty;
}
