import { requestChange } from '#approvals/request-change.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { fromMinor } from '#kernel/money.ts';
import { createTransaction, lockTransaction, type TransactionRow } from '#ledger/transactions.ts';
import { startPayment } from '#payments/execution/start-execution.ts';
import { findTransaction, type OrderedRow } from '#payments/orders/ordered-transaction.ts';
import {
  findOrder,
  findOrderByKey,
  insertOrder,
  type OrderRow,
} from '#payments/orders/payment-order.repository.ts';
import type { Maker } from '#payments/orders/place-order.ts';
import { payeeOf } from '#payments/payees/payee.ts';
import { asRead, found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { requireReversible } from './last-look.ts';

interface Asked {
  readonly expectedVersion: number;
  readonly reason: string;
}

/**
 * Asks for the money of a payment that has left: a transaction of its own, which waits for a second person and then takes the way of its payment, to the
 * same account. The same key asks once for ever.
 * @throws DomainError `not-found`, `precondition-failed`, `payment-not-reversible`, `reversal-too-late`, `payment-in-doubt`, `idempotency-key-reused`
 */
export async function askReversal(
  tx: TenantTx,
  id: string,
  { expectedVersion, reason }: Asked,
  maker: Maker,
): Promise<OrderedRow> {
  const known = await findOrderByKey(tx, maker.idempotencyKey);
  if (known !== undefined) return sameReversal(tx, known, id, reason);
  const payment = asRead(await lockTransaction(tx, id), expectedVersion);
  await requireReversible(tx, id, true);
  const order = found(await findOrder(tx, id));
  const reversal = await createTransaction(tx, {
    type: 'REVERSAL',
    ...{ amount: payment.amount, currency: payment.currency, memo: null, source_account: null },
    ...{ shareholder_id: payment.shareholder_id, plan_id: payment.plan_id },
    reverses: id,
  });
  await insertOrder(tx, {
    transaction_id: reversal.id,
    bank_account_id: order.bank_account_id,
    channel: order.channel,
    requested_by: maker.actorId,
    request_id: maker.requestId,
    idempotency_key: maker.idempotencyKey,
    approval: 'REQUIRED',
    reversal_reason: reason,
  });
  await requestApproval(tx, payment, reversal, reason, maker);
  const { tenant_id } = reversal;
  startPayment(tx, { tenant_id, transaction_id: reversal.id, request_id: maker.requestId });
  return found(await findTransaction(tx, reversal.id));
}

async function requestApproval(
  tx: TenantTx,
  payment: TransactionRow,
  reversal: TransactionRow,
  evidence: string,
  maker: Maker,
): Promise<void> {
  const { id, status, amount, currency } = payment;
  await requestChange(
    tx,
    {
      kind: 'payment-reversal',
      subject: { type: 'transactions', id: reversal.id },
      before: { status },
      after: {
        ...{ reverses: id, amount: fromMinor(amount, currency), currency, evidence },
        ...(await payeeOf(tx, payment)),
      },
      proposal: {},
    },
    maker,
  );
}

async function sameReversal(tx: TenantTx, known: OrderRow, id: string, reason: string): Promise<OrderedRow> {
  const transaction = found(await findTransaction(tx, known.transaction_id));
  if (transaction.reverses === id && known.reversal_reason === reason) return transaction;
  throw new DomainError('idempotency-key-reused', 'This key has ordered something else. Use a new key.');
}
