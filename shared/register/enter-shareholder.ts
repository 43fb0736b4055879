import type { Permit } from '#approvals/permit.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { type LedgerNote, recordPositionChange } from './position-change.ts';
import { type ContactFields, insertShareholder, type ShareholderRow } from './shareholder.repository.ts';

export interface NewShareholder extends ContactFields {
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
): Promise<ShareholderRow> {
  const { reason = 'opening', ...rest } = note;
  const position_change_id =
    shareholder.holdings === undefined
      ? undefined
      : await recordPositionChange(tx, { ...rest, reason, source: 'api' }, permit);
  return insertShareholder(tx, { ...shareholder, position_change_id, identified_by: permit.madeBy });
}
