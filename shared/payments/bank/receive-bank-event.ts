import type { z } from 'zod';
import { DomainError } from '#kernel/domain-error.ts';
import { isTerminal } from '#ledger/transaction-status.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { parseCorrection } from '#payments/nacha/change-codes.ts';
import { findOrder } from '#payments/orders/payment-order.repository.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { applyBankEvents } from './apply-bank-event.ts';
import type { BankCallback } from './bank-callbacks.routes.ts';
import { insertBankEvent, setApplied } from './bank-event.repository.ts';

type Callback = z.infer<typeof BankCallback>;

/**
 * Keeps what the bank says. A payment on its way is moved by its execution, which the returned token wakes; one
 * that has ended is moved here, since nobody waits for it any more.
 * @throws DomainError `not-found`, `payment-not-released`
 */
export async function receiveBankEvent(
  tx: TenantTx,
  callback: Callback,
  sealer: Sealer,
): Promise<string | null> {
  const { reference, event_id, kind, code, corrected_data } = callback;
  const transaction = found(await lockTransaction(tx, reference));
  const order = found(await findOrder(tx, reference));
  if (order.released_at === null)
    throw new DomainError('payment-not-released', 'We have not ordered this payment yet.');
  const isNew = await insertBankEvent(tx, { transaction_id: reference, event_id, kind, code });
  if (isNew && kind === 'CORRECTED') {
    const { correctedBy } = await import('#payments/payees/payable-account.ts');
    const { noteCorrection } = await import('#payments/payees/note-correction.ts');
    const correction = parseCorrection(code ?? '', corrected_data ?? '');
    const account = order.bank_account_id;
    await noteCorrection(
      tx,
      { transaction_id: reference, event_id, code: code ?? '', bank_account_id: account },
      correction === undefined ? {} : correctedBy(account, correction, sealer),
    );
    if (isTerminal(transaction.status)) await setApplied(tx, reference);
  } else if (isTerminal(transaction.status)) await applyBankEvents(tx, transaction);
  await crashPoint('callback-before-commit', reference);
  return order.waits_for === 'SETTLEMENT' && kind !== 'CORRECTED' ? order.task_token : null;
}
