import type { ChangeEffects } from '#approvals/decide-change.ts';
import { stillThere } from '#approvals/propose-change.ts';
import { hasOpenItems, lockInboundFile, setRead } from '#payments/files/inbound-file.repository.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { legsFor, type ProposedStanding } from './propose-match.ts';
import {
  insertLegs,
  lockStatementAccount,
  lockStatementItem,
  setItemResolved,
} from './statement.repository.ts';

/** Books what two people say that an item stands for; whether it can is asked again. */
async function book(
  tx: TenantTx,
  itemId: string,
  { file_id, transaction_id, bank_file_id, explanation }: ProposedStanding,
): Promise<undefined> {
  // Statements are read one after another, and this with them: an entry stands for a payment once.
  await lockStatementAccount(tx);
  stillThere(await lockInboundFile(tx, file_id));
  const item = stillThere(await lockStatementItem(tx, file_id, itemId));
  await insertLegs(tx, await legsFor(tx, item, { transaction_id, bank_file_id, explanation }));
  await setItemResolved(tx, itemId, {
    transaction_id: transaction_id ?? null,
    outbound_file_id: bank_file_id ?? null,
    explanation: explanation ?? null,
  });
  const isOpen = await hasOpenItems(tx, file_id);
  await setRead(tx, file_id, isOpen ? {} : { state: 'APPLIED', reason: null, reason_line: null });
}

export const statementItemEffects: ChangeEffects = {
  approved: (tx, { subject_id, proposal }) => book(tx, subject_id, proposal as ProposedStanding),
};
