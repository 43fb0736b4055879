import type { TransactionRow } from '#ledger/transactions.ts';
import { findSentInstruction } from '#payments/files/outbound-file.repository.ts';
import type { OrderRow } from '#payments/orders/payment-order.repository.ts';
import { type AccountDetails, accountDetails } from '#payments/payees/payable-account.ts';
import { found } from '#platform/db/found.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { Sealer } from '#platform/sealing.ts';
import { type LookedAt, lookAtEach } from './looked-at.ts';

/** The payment instruction for the bank. It is personal data: outside the database it is sealed for its transaction. */
export interface Instruction extends AccountDetails {
  /** Minor units. */
  readonly amount: string;
  readonly currency: string;
  readonly memo: string | null;
  /** The first day on which it may be paid, if it has one. */
  readonly not_before: string | null;
  /** The payment whose money is to be taken back from the account, instead of paying into it. */
  readonly reverses?: string;
}

/** Returns the place that an instruction is sealed for. */
export function instructionPlace(transactionId: string): string {
  return `transactions/${transactionId}/instruction`;
}

/** Reads and seals the instruction, so that executions and files hold nothing that can be read. */
export async function sealInstruction(
  tx: TenantTx,
  transaction: TransactionRow,
  order: OrderRow,
  sealer: Sealer,
  looked: LookedAt = lookAtEach(tx),
): Promise<string> {
  const { reverses } = transaction;
  const instruction: Instruction = {
    ...(await accountOf(tx, reverses, order, sealer, looked)),
    amount: transaction.amount.toString(),
    currency: transaction.currency,
    memo: transaction.memo,
    not_before: order.not_before,
    ...(reverses === null ? {} : { reverses }),
  };
  return sealer.seal(JSON.stringify(instruction), instructionPlace(transaction.id));
}

/** A reversal takes back from the account that its payment went to, though a notification of change has corrected it since. */
async function accountOf(
  tx: TenantTx,
  reverses: string | null,
  order: OrderRow,
  sealer: Sealer,
  looked: LookedAt,
): Promise<AccountDetails> {
  const sent = reverses === null ? undefined : await findSentInstruction(tx, reverses);
  if (sent === undefined || reverses === null)
    return accountDetails(found(await looked.account(order.bank_account_id)), sealer);
  const { routing_number, account_number, account_type, holder_type, holder_name } = openInstruction(
    sent,
    reverses,
    sealer,
  );
  return { routing_number, account_number, account_type, holder_type, holder_name };
}

export function openInstruction(sealed: string, transactionId: string, sealer: Sealer): Instruction {
  return JSON.parse(sealer.open(sealed, instructionPlace(transactionId))) as Instruction;
}
