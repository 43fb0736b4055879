import type { Permit } from '#approvals/permit.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type ChangedShareholder, tooLateFor } from './change-shareholder.ts';
import { type LedgerNote, recordPositionChange } from './position-change.ts';
import { type ContactFields, insertShareholder, type NameParts } from './shareholder.repository.ts';

export interface NewShareholder extends ContactFields, NameParts {
  readonly id: string;
  readonly external_ref: string;
  readonly name: string;
  readonly holdings?: string | undefined;
  readonly note: LedgerNote;
}

/**
 * Enters a holder, and the shares that they come with, with leave of the room of approvals.
 * @throws DomainError `shareholder-exists`, `authorized-shares-exceeded`, `validation-failed`
 */
export async function enterShareholder(
  tx: TenantTx,
  { note, ...shareholder }: NewShareholder,
  permit: Permit,
): Promise<ChangedShareholder> {
  const { reason = 'opening', ...rest } = note;
  const too_late_for = await tooLateFor(tx, shareholder.id, shareholder, note);
  const position_change_id =
    shareholder.holdings === undefined
      ? undefined
      : await recordPositionChange(tx, { ...rest, reason, source: 'api' }, permit);
  const entered = await insertShareholder(tx, {
    ...shareholder,
    position_change_id,
    identified_by: permit.madeBy,
  });
  return { ...entered, too_late_for };
}
