import type { z } from 'zod';
import type { ChangeRequest } from '#approvals/change-request.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { lockStatementItem } from '#payments/statements/statement.repository.ts';
import { asRead } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { lockInboundFile } from './inbound-file.repository.ts';
import type { matchBankItem } from './match-bank-item.routes.ts';
import { proposeMatch } from './propose-match.ts';

/**
 * Proposes what an item of an inbound file stands for: an answer for a payment or a prenote, and an entry of a statement for a payment, an outbound file, or what
 * explains it. Whoever proposes it has seen the item in a version of its file.
 * @throws DomainError `not-found`, `precondition-failed`, `bank-item-resolved`, `bank-item-not-of-payment`, `payment-not-released`, `change-pending`
 */
export async function proposeItemMatch(
  tx: TenantTx,
  {
    id: file_id,
    item_id,
    version,
  }: { readonly id: string; readonly item_id: string; readonly version: number },
  body: z.output<(typeof matchBankItem)['body']>,
  sealer: Sealer,
  proposer: Proposer,
): Promise<z.infer<typeof ChangeRequest>> {
  asRead(await lockInboundFile(tx, file_id), version);
  const entry = await lockStatementItem(tx, file_id, item_id);
  if (entry !== undefined) {
    const { bank_account_id: _, ...standing } = body;
    if (body.bank_account_id !== undefined)
      throw new DomainError('bank-item-not-of-payment', 'An entry of a statement answers no prenote.');
    // Loaded by the few who match a statement.
    const { proposeStanding } = await import('#payments/statements/propose-match.ts');
    return proposeStanding(tx, entry, standing, proposer);
  }
  const { transaction_id, bank_account_id } = body;
  if (transaction_id !== undefined)
    return proposeMatch(tx, file_id, { transaction_id }, item_id, sealer, proposer);
  if (bank_account_id !== undefined)
    return proposeMatch(tx, file_id, { bank_account_id }, item_id, sealer, proposer);
  throw new DomainError(
    'bank-item-not-of-payment',
    'The item answers a payment, or a prenote: name its `transaction_id`, or the `bank_account_id` of the prenote.',
  );
}
