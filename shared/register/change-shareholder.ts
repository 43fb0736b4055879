import type { Permit } from '#approvals/permit.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { isSomebodyElse, settleAddress, settleIdentity } from './holder-identity.ts';
import type { Frozen } from './load-positions.ts';
import { findPosition } from './position.repository.ts';
import { type LedgerNote, recordPositionChange, refuseFuture } from './position-change.ts';
import {
  insertTreasuryEntry,
  lockShareholder,
  type ShareholderChange,
  type ShareholderRow,
  setShareholder,
} from './shareholder.repository.ts';
import { differenceOf, sumOf } from './shares.ts';
import { refuseClosed } from './standing.ts';
import { listTooLate } from './too-late.ts';

/** A change that decides where shares or money go in `holdings` and in `treasury`. */
export interface ProposedChange extends ShareholderChange {
  /** Whether the holder's shares are the issuer's own. */
  readonly treasury?: boolean | undefined;
}

export type ChangedShareholder = ShareholderRow & { readonly too_late_for: readonly Frozen[] };

/**
 * Changes an open holder that is still the version the caller read. Holdings are those of one class, and are changed with leave of the
 * room of approvals.
 * @throws DomainError `not-found`, `precondition-failed`, `shareholder-closed`, `insufficient-position`,
 * `authorized-shares-exceeded`, `validation-failed`
 */
export async function changeShareholder(
  tx: TenantTx,
  id: string,
  expectedVersion: number,
  change: ProposedChange,
  { note, permit }: { readonly note: LedgerNote; readonly permit: Permit },
): Promise<ChangedShareholder> {
  const current = asRead(await lockShareholder(tx, id), expectedVersion);
  refuseClosed(current);
  const { holdings, treasury, ...sent } = change;
  const others = { ...sent, ...settleIdentity(current, sent), ...settleAddress(current, sent) };
  if (treasury !== undefined) {
    await refuseFuture(tx, note.effective_date);
    await insertTreasuryEntry(
      tx,
      { shareholder_id: id, treasury, effective_date: note.effective_date },
      permit,
    );
  }
  const rest = isSomebodyElse(current, others) ? { ...others, identified_by: permit.madeBy } : others;
  const too_late_for = await tooLateFor(tx, id, change, note);
  if (holdings === undefined) return { ...(await setShareholder(tx, id, rest)), too_late_for };
  const { reason = 'correction', security_class = DEFAULT_SECURITY_CLASS } = note;
  const held = await findPosition(tx, id, security_class);
  const total = sumOf(current.holdings, differenceOf(holdings, held));
  const changeId = await recordPositionChange(tx, { ...note, reason, source: 'api' }, permit);
  const changed = await setShareholder(tx, id, { ...rest, holdings: total, position_change_id: changeId });
  return { ...changed, too_late_for };
}

/** Lists what a change of holdings, or of whose shares they are, comes too late for. One that is dated today comes too late for nothing. */
export async function tooLateFor(
  tx: TenantTx,
  id: string,
  { holdings, treasury }: ProposedChange,
  { effective_date, security_class = DEFAULT_SECURITY_CLASS }: LedgerNote,
): Promise<Frozen[]> {
  if (effective_date === undefined) return [];
  if (treasury !== undefined) return listTooLate(tx, { effective_date });
  if (holdings === undefined) return [];
  const held = await findPosition(tx, id, security_class);
  return canonicalDecimal(holdings) === held ? [] : listTooLate(tx, { security_class, effective_date });
}
