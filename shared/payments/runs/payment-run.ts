import * as z from 'zod';
import type { ChangeEffects } from '#approvals/decide-change.ts';
import { type Permit, type Proposer, proposeChange, type Waiting } from '#approvals/propose-change.ts';
import { findPayingDividend, type PayingDividend, requireApproved } from '#dividends/paying-dividend.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { tenantId } from '#kernel/fields.ts';
import type { TenantId } from '#kernel/ids.ts';
import { fromMinor } from '#kernel/money.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { startPayment } from '#payments/execution/start-execution.ts';
import { checkAccountCurrency, isAccountCurrency } from '#payments/payees/account-currency.ts';
import { continuePaymentRun } from '#payments/payments.jobs.ts';
import { findSettings } from '#payments/settings/payment-settings.repository.ts';
import { paymentRules } from '#payments/settings/payment-settings.ts';
import { asRead, found } from '#platform/db/found.ts';
import { type NoEffect, noEffect } from '#platform/db/no-effect.ts';
import { command, type TenantTx } from '#platform/db/tenant-tx.ts';
import { todayOf } from '#platform/db/today.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import {
  beginRun,
  type Chunk,
  type ChunkOrder,
  listUnpaid,
  lockRun,
  orderChunk,
  setProgress,
  setRunning,
  sumOfUnordered,
  sumOfUnpaid,
} from './payment-run.repository.ts';

/** Few enough that a transaction takes a fraction of a second, and its executions start before the next one. */
const PAYMENTS_PER_CHUNK = 200;
/** Stops in time to hand over to the next invocation. */
const MARGIN_MS = 30_000;

export const PaymentRunMessage = z.strictObject({ tenant_id: tenantId, dividend_id: z.uuid() });
type PaymentRunMessage = z.infer<typeof PaymentRunMessage>;

/**
 * Begins to order the payments of a dividend, which the worker does from the payable date on; above the threshold, once a second person has approved it.
 * What is not ordered yet, or what is unpaid, counts as a whole, whoever of the holders can be paid today.
 * @throws DomainError `not-found`, `precondition-failed`, `dividend-not-payable`, `currency-mismatch`, `approval-required`, `change-pending`
 */
export async function proposePaymentRun(
  tx: TenantTx,
  dividendId: string,
  maker: Proposer & { readonly tenantId: TenantId },
  {
    only,
    expectedVersion,
  }: { readonly only?: 'UNPAID' | undefined; readonly expectedVersion?: number | undefined },
): Promise<Waiting | undefined> {
  const dividend = await payableDividend(tx, dividendId, expectedVersion);
  const { currency } = dividend;
  checkAccountCurrency(currency);
  const { payments, totalMinor, until } =
    only === undefined
      ? { ...(await sumOfUnordered(tx, dividendId)), until: null }
      : await sumOfUnpaid(tx, dividendId);
  await refuseBesideOther(tx, dividendId, until);
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { exceedsThreshold } = await import('#payments/orders/order-approval.ts');
  const isControlled = await exceedsThreshold(
    tx,
    { amountMinor: totalMinor, currency, parties: [{ party: 'USER', id: maker.actorId }] },
    paymentRules(await findSettings(tx)).approveAbove(currency),
  );
  const proposed: ProposedRun = { tenantId: maker.tenantId, requestId: maker.requestId, repaysUntil: until };
  return proposeChange(
    tx,
    {
      kind: 'payment-run',
      isControlled,
      subject: { type: 'dividends', id: dividendId },
      before: null,
      after: {
        ...{ payments, total: fromMinor(totalMinor, currency), currency },
        payable_date: dividend.payableDate,
        ...(only === undefined ? {} : { only }),
      },
      proposal: proposed,
    },
    maker,
    (permit) => begin(tx, dividendId, dividend, proposed, permit),
  );
}

/** A run that waits, as its change request keeps it. */
interface ProposedRun {
  readonly tenantId: TenantId;
  readonly requestId: string;
  /** The run pays again what had ended unpaid by then; null or absent: it pays what nobody has ordered. */
  readonly repaysUntil?: string | null;
}

/**
 * A dividend has one run at a time: one of the other kind would end before it has ordered everything.
 * @throws DomainError `dividend-not-payable`
 */
async function refuseBesideOther(
  tx: TenantTx,
  dividendId: string,
  repaysUntil: string | null,
): Promise<void> {
  const run = await lockRun(tx, dividendId);
  if (run === undefined || run.state === 'DONE') return;
  if ((run.repays_until === null) === (repaysUntil === null)) return;
  throw new DomainError(
    'dividend-not-payable',
    `Another run of the dividend is ${run.state}: wait for its end.`,
  );
}

async function payableDividend(
  tx: TenantTx,
  dividendId: string,
  expectedVersion?: number,
): Promise<PayingDividend> {
  const dividend = asRead(await findPayingDividend(tx, dividendId), expectedVersion);
  requireApproved(dividend);
  if (!dividend.isPayable)
    throw new DomainError('dividend-not-payable', `The dividend is ${dividend.state}.`);
  return dividend;
}

async function begin(
  tx: TenantTx,
  dividendId: string,
  { payableDate }: PayingDividend,
  { tenantId, requestId, repaysUntil = null }: ProposedRun,
  permit: Permit,
): Promise<undefined> {
  await refuseBesideOther(tx, dividendId, repaysUntil);
  const isDue = payableDate <= (await todayOf(tx));
  await beginRun(tx, {
    state: isDue ? 'RUNNING' : 'SCHEDULED',
    dividend_id: dividendId,
    requested_by: permit.madeBy,
    approved_by: permit.confirmedBy,
    request_id: requestId,
    repays_until: repaysUntil,
  });
  if (isDue) enqueuePaymentRun(tx, { tenant_id: tenantId, dividend_id: dividendId });
  return undefined;
}

export const paymentRunEffects: ChangeEffects = {
  approved: async (tx, { subject_id, proposal }, permit) => {
    const dividend = await payableDividend(tx, subject_id);
    return begin(tx, subject_id, dividend, proposal as ProposedRun, permit);
  },
};

export function enqueuePaymentRun(tx: TenantTx, message: PaymentRunMessage): void {
  command(tx, { type: 'message.send', queue: 'payment-runs', message });
}

/** Starts a run whose day has come; without effect when another firing has. */
export async function startScheduledRun(
  tx: TenantTx,
  message: PaymentRunMessage,
): Promise<void | NoEffect<void>> {
  if ((await lockRun(tx, message.dividend_id))?.state !== 'SCHEDULED') return noEffect();
  await setRunning(tx, message.dividend_id);
  enqueuePaymentRun(tx, message);
}

/**
 * Orders chunk after chunk until none is left or time runs out. Each chunk commits with how far it has come; a message that
 * comes again when all is ordered leaves nothing behind, not even an audit entry.
 */
export async function orderEntitlements(
  { tenant_id, dividend_id }: PaymentRunMessage,
  requestId: string,
  remainingMs: () => number,
): Promise<void> {
  for (let done = false; !done; ) {
    const outOfTime = remainingMs() < MARGIN_MS;
    done = await systemWrite(
      systemActor(tenant_id, requestId, continuePaymentRun),
      async (tx) => {
        if (!outOfTime) return orderNext(tx, tenant_id, dividend_id);
        enqueuePaymentRun(tx, { tenant_id, dividend_id });
        return true;
      },
      {
        audit: () => ({
          action: 'payment-run.advanced',
          resource: `dividends/${dividend_id}`,
          payload: { handed_over: outOfTime },
        }),
      },
    );
  }
}

/** Orders the next chunk, and returns whether it was the last; without effect if all were ordered before. */
async function orderNext(
  tx: TenantTx,
  tenantId: TenantId,
  dividendId: string,
): Promise<boolean | NoEffect<true>> {
  const run = await lockRun(tx, dividendId);
  if (run?.state !== 'RUNNING') return noEffect(true as const);
  const dividend = found(await findPayingDividend(tx, dividendId));
  const rules = paymentRules(await findSettings(tx));
  const next = {
    dividendId,
    after: run.position,
    limit: PAYMENTS_PER_CHUNK,
    channel: rules.channel,
    requestedBy: run.requested_by,
    requestId: run.request_id,
    approvedBy: run.approved_by,
    notBefore: dividend.payableDate,
  };
  // A run of another currency may have begun before that was refused: it ends with nothing ordered.
  const chunk =
    dividend.isPayable && isAccountCurrency(dividend.currency)
      ? await (run.repays_until === null ? orderChunk(tx, next) : payUnpaid(tx, next, run.repays_until))
      : { seen: 0, last: null, ordered: [], withoutKyc: 0, withoutAccount: 0 };
  const done = chunk.seen < PAYMENTS_PER_CHUNK;
  await setProgress(tx, dividendId, chunk, done);
  for (const transaction_id of chunk.ordered)
    startPayment(tx, { tenant_id: tenantId, transaction_id, request_id: run.request_id });
  return done;
}

/** Orders again the next payments that were not paid. Somebody who does it by hand meanwhile makes the chunk begin anew, without theirs. */
async function payUnpaid(tx: TenantTx, chunk: ChunkOrder, until: Date): Promise<Chunk> {
  const { payable, ...unpaid } = await listUnpaid(tx, { ...chunk, until });
  const ordered: string[] = [];
  // Loaded here: with it, the code of the function that begins a run would be longer than a cold start may read.
  const { payAgain } = await import('#payments/orders/replace-order.ts');
  for (const { id, account } of payable) {
    const transaction = await payAgain(tx, found(await lockTransaction(tx, id)), {
      bank_account_id: account,
      channel: chunk.channel,
      requested_by: chunk.requestedBy,
      request_id: chunk.requestId,
      not_before: chunk.notBefore,
      approval: chunk.approvedBy === null ? 'NOT_NEEDED' : 'APPROVED',
      decided_by: chunk.approvedBy,
      decided_at: chunk.approvedBy === null ? null : new Date(),
    });
    ordered.push(transaction.id);
  }
  return { ...unpaid, ordered };
}
