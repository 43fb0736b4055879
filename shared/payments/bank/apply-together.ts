import { finishDividend } from '#dividends/paying-dividend.ts';
import { type Changing, changeStatusOfEach, compensateEach } from '#ledger/change-each.ts';
import { dividendOf, type TransactionRow } from '#ledger/transactions.ts';
import { isReturnReasonCode } from '#payments/nacha/return-codes.ts';
import { noteReturns } from '#payments/payees/payable-account.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import type { BankEvent } from './bank-event.repository.ts';
import { insertAppliedEvents, listPlain, type PlainOrder } from './bank-events-of-set.repository.ts';
import { type Consequence, consequenceOf } from './consequence.ts';
import { contradictedBy } from './contradiction.ts';

/** Work on so many payments is one transaction: its trail grows by each, and one that fails keeps no more than these. */
export const TOGETHER_AT_MOST = 100;
/** The return code of an order that the bank refused without a code of its own. */
const REJECTED = 'REJECTED';

/** A payment that has become what the bank has said of it. */
export interface Moved {
  readonly transaction_id: string;
  /** Its execution waits for that. */
  readonly token: string | null;
  /** These may have changed with it, as the trail names them. */
  readonly about: readonly string[];
}

type End = 'SETTLED' | 'FAILED' | 'TAKEN_BACK';

/** The ends that a set of payments can come to. Whatever passes through more, or changes nothing, is applied by itself. */
function endOf({ through, compensate }: Consequence): End | undefined {
  const [only, ...more] = through;
  if (compensate) return only === undefined ? 'TAKEN_BACK' : undefined;
  return more.length === 0 && (only === 'SETTLED' || only === 'FAILED') ? only : undefined;
}

interface Step extends Changing {
  readonly event: BankEvent;
  readonly order: PlainOrder;
  readonly end: End;
}

/**
 * Makes payments that are locked what the bank says of them, all by the same few statements. It does to each what `applyBankEvents` does, and leaves
 * the others untouched: those with a contradiction, with a reversal, in another state, of which something else waits, or whose event is known.
 * At most one event of a payment may be given. Returns those that it has moved.
 */
export async function applyTogether(
  tx: TenantTx,
  locked: readonly TransactionRow[],
  events: readonly BankEvent[],
): Promise<readonly Moved[]> {
  const steps = await plainSteps(tx, locked, events);
  const isNew = await insertAppliedEvents(
    tx,
    steps.map(({ event }) => event),
  );
  const taken = steps.filter(({ event }) => isNew.has(event.transaction_id));
  const to = (end: End) => taken.filter((step) => step.end === end);
  await changeStatusOfEach(tx, to('SETTLED'), 'SETTLED');
  await changeStatusOfEach(tx, to('FAILED'), 'FAILED');
  const takenBackBy = await compensateEach(tx, to('TAKEN_BACK'));
  await noteReturns(tx, taken.flatMap(returnOf));
  const paying = new Map(taken.map(({ transaction }) => [dividendOf(transaction), transaction]));
  for (const transaction of paying.values()) await finishDividend(tx, transaction);
  return taken.map(({ order: { transaction_id, bank_account_id, waits_for, task_token } }) => ({
    transaction_id,
    token: waits_for === 'SETTLEMENT' ? task_token : null,
    about: [`bank-accounts/${bank_account_id}`, `transactions/${takenBackBy.get(transaction_id) ?? ''}`],
  }));
}

async function plainSteps(
  tx: TenantTx,
  locked: readonly TransactionRow[],
  events: readonly BankEvent[],
): Promise<Step[]> {
  const orders = await listPlain(
    tx,
    locked.map(({ id }) => id),
  );
  const transactions = new Map(locked.map((transaction) => [transaction.id, transaction]));
  const returned = new Set<string>();
  return events.flatMap((event): Step[] => {
    const { transaction_id, kind } = event;
    const [transaction, order] = [transactions.get(transaction_id), orders.get(transaction_id)];
    if (transaction === undefined || order === undefined || transaction.type === 'REVERSAL') return [];
    if (contradictedBy(kind, transaction) !== undefined) return [];
    const end = endOf(consequenceOf(kind, transaction.status, true));
    if (end === undefined || (end === 'TAKEN_BACK' && transaction.return_code !== null)) return [];
    // Two returns say something of one account one after the other.
    if (end !== 'SETTLED' && returned.has(order.bank_account_id)) return [];
    if (end !== 'SETTLED') returned.add(order.bank_account_id);
    const code = end === 'SETTLED' ? null : (event.code ?? REJECTED);
    return [{ transaction, code, event, order, end }];
  });
}

function returnOf({ end, event: { code }, order }: Step): { accountId: string; code: string }[] {
  if (end === 'SETTLED' || code == null || !isReturnReasonCode(code)) return [];
  return [{ accountId: order.bank_account_id, code }];
}
