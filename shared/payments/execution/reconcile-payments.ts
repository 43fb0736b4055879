import type { AuditAction } from '#contracts/audit-actions.ts';
import type { TenantId } from '#kernel/ids.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { applyBankEvents } from '#payments/bank/apply-bank-event.ts';
import { type BankEvent, insertBankEvent } from '#payments/bank/bank-event.repository.ts';
import {
  isPrenoteInDoubt,
  listUnreturned,
  lockPrenote,
  type Unreturned,
} from '#payments/files/prenote.repository.ts';
import { addBankingDays } from '#payments/nacha/federal-reserve-holidays.ts';
import { findOrder, setRestarted } from '#payments/orders/payment-order.repository.ts';
import { movePrenotes } from '#payments/payees/prenote.repository.ts';
import { reconcilePayments } from '#payments/payments.jobs.ts';
import { enqueuePaymentRun, startScheduledRun } from '#payments/runs/payment-run.ts';
import { found } from '#platform/db/found.ts';
import { type NoEffect, noEffect } from '#platform/db/no-effect.ts';
import { type SystemTx, systemTx } from '#platform/db/system-tx.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { gauge } from '#platform/observability/gauge.ts';
import { logger } from '#platform/observability/logger.ts';
import { eachFound, LISTED_AT_ONCE } from '#platform/queue/each-found.ts';
import { Failures } from '#platform/queue/failures.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { type Applying, applyInSets } from './apply-in-sets.ts';
import {
  isInDoubt,
  listDueRuns,
  listFiled,
  listRejected,
  listSilent,
  type Stuck,
} from './reconcile.repository.ts';
import { reportTask } from './report-task.ts';
import { startPayment } from './start-execution.ts';
import { paymentsToRestart, stoppedRuns, stuckPayments, unappliedEvents } from './stuck-work.ts';

const REASON = 'stuck payments of every tenant';
/** A return must come by the opening of the second banking day after settlement (Nacha Operating Rules, 3.8.3). */
const RETURN_BANKING_DAYS = 2;
/** Payments may follow a prenote once its third banking day is over (Nacha Operating Rules, prenotification entries, asks for the third). */
const PRENOTE_BANKING_DAYS = 3;
const MARGIN_MS = 20_000;
/** Payments beyond these are stuck for the same reason, as a rule. */
const NAMED_AT_MOST = 50;

type Counts = Record<'restarted' | 'applied' | 'settled' | 'passed' | 'resumed' | 'started', number>;

/**
 * Goes on with what is stuck, each in a transaction of its tenant: one that fails doesn't keep the others.
 * @throws AggregateError in the end, when any failed
 */
export async function reconcileStuckPayments(
  now: Date,
  requestId: string,
  remainingMs: () => number,
): Promise<Counts> {
  const counts: Counts = { restarted: 0, applied: 0, settled: 0, passed: 0, resumed: 0, started: 0 };
  const failures = new Failures(reconcilePayments);
  const hasTime = () => remainingMs() >= MARGIN_MS;
  const each = async <T extends { readonly tenant_id: string }>(
    kind: keyof Counts,
    list: (tx: SystemTx, most: number) => Promise<readonly T[]>,
    run: (item: T) => Promise<void>,
    together: (items: readonly T[]) => Promise<readonly T[]> = async (items) => items,
  ): Promise<void> => {
    await eachFound(
      (most) => systemTx(REASON, (tx) => list(tx, most)),
      async (item) => {
        if (await failures.attempt({ kind, ...item }, () => run(item))) counts[kind] += 1;
      },
      hasTime,
      async (items) => {
        const left = await together(items);
        counts[kind] += items.length - left.length;
        return left;
      },
    );
  };
  await each(
    'applied',
    (tx, most) => unappliedEvents(tx, now, most),
    (item) => applyUnapplied(item, requestId),
  );
  await each(
    'applied',
    listRejected,
    (item) => rejectFiled(item, requestId),
    (items) => applyInSets(items, REJECTING, requestId, hasTime),
  );
  // No news is good news, once the time for returns is over, where news would have come.
  const settled = async (tx: SystemTx, most: number) =>
    (await listFiled(tx, now, most)).filter(
      ({ effective, today }) => addBankingDays(effective, RETURN_BANKING_DAYS) < today,
    );
  await each(
    'settled',
    settled,
    (item) => settleFiled(item, requestId),
    (items) => applyInSets(items, SETTLING, requestId, hasTime),
  );
  const passed = async (tx: SystemTx, most: number) =>
    (await listUnreturned(tx, now, most)).filter(
      ({ effective, today }) => addBankingDays(effective, PRENOTE_BANKING_DAYS) < today,
    );
  await each('passed', passed, (item) => passPrenote(item, requestId));
  const waiting = await systemTx(REASON, (tx) => stuckPayments(tx, now, LISTED_AT_ONCE));
  gauge('PaymentsStuck', waiting.length, {});
  // The alarm counts, and whoever it calls has to know which.
  for (const { tenant_id, transaction_id } of waiting.slice(0, NAMED_AT_MOST))
    logger.warn('payment stuck', { tenant_id, transaction_id });
  await each(
    'restarted',
    (tx, most) => paymentsToRestart(tx, now, most),
    (item) => restart(item, now),
  );
  await each(
    'resumed',
    (tx, most) => stoppedRuns(tx, now, most),
    (item) =>
      write(item.tenant_id, requestId, ['payment-run.resumed', `dividends/${item.dividend_id}`], async (tx) =>
        enqueuePaymentRun(tx, item),
      ),
  );
  await each(
    'started',
    (tx, most) => listDueRuns(tx, now, most),
    (item) =>
      write(item.tenant_id, requestId, ['payment-run.started', `dividends/${item.dividend_id}`], (tx) =>
        startScheduledRun(tx, item),
      ),
  );
  failures.rethrow();
  return counts;
}

async function write<T>(
  tenantId: TenantId,
  requestId: string,
  [action, resource]: readonly [AuditAction, string],
  work: (tx: TenantTx) => Promise<T | NoEffect<T>>,
): Promise<T> {
  const actor = systemActor(tenantId, requestId, reconcilePayments);
  return systemWrite(actor, work, {
    audit: () => ({ action, resource, payload: {} }),
  });
}

/** Applies bank events, and wakes the execution that may still wait. */
async function applyUnapplied({ tenant_id, transaction_id }: Stuck, requestId: string): Promise<void> {
  const token = await write(
    tenant_id,
    requestId,
    ['bank-event.applied', `transactions/${transaction_id}`],
    async (tx) => {
      const transaction = await lockTransaction(tx, transaction_id);
      if (transaction === undefined) return noEffect(null);
      await applyBankEvents(tx, transaction);
      const order = await findOrder(tx, transaction_id);
      return order?.waits_for === 'SETTLEMENT' ? order.task_token : null;
    },
  );
  await reportTask(token);
}

type Rejected = Stuck & { readonly file_id: string };

const rejectionOf = ({ transaction_id, file_id }: Rejected): BankEvent => ({
  ...{ transaction_id, event_id: `file:${file_id}`, kind: 'REJECTED' },
});
const REJECTING: Applying<Rejected> = { action: 'bank-event.applied', eventOf: rejectionOf };

/** Ends a payment with its file, as if the bank had refused its order, and wakes the execution that may still wait. */
async function rejectFiled(item: Rejected, requestId: string): Promise<void> {
  const { tenant_id, transaction_id } = item;
  const token = await write(
    tenant_id,
    requestId,
    [REJECTING.action, `transactions/${transaction_id}`],
    async (tx) => {
      const transaction = found(await lockTransaction(tx, transaction_id));
      if (!(await insertBankEvent(tx, rejectionOf(item)))) return noEffect(null);
      await applyBankEvents(tx, transaction);
      const order = await findOrder(tx, transaction_id);
      return order?.waits_for === 'SETTLEMENT' ? order.task_token : null;
    },
  );
  await reportTask(token);
}

const silenceOf = ({ transaction_id }: Stuck): BankEvent => ({
  ...{ transaction_id, event_id: 'no-return', kind: 'SETTLED' },
});
const SETTLING: Applying<Stuck> = {
  action: 'bank-event.received',
  eventOf: silenceOf,
  stillTrue: listSilent,
};

/** Settles a payment by silence, and wakes the execution that may still wait. */
async function settleFiled(item: Stuck, requestId: string): Promise<void> {
  const { tenant_id, transaction_id } = item;
  const token = await write(
    tenant_id,
    requestId,
    [SETTLING.action, `transactions/${transaction_id}`],
    async (tx) => {
      const transaction = found(await lockTransaction(tx, transaction_id));
      if (await isInDoubt(tx, transaction_id)) return noEffect(null);
      if (!(await insertBankEvent(tx, silenceOf(item)))) return noEffect(null);
      await applyBankEvents(tx, transaction);
      const order = await findOrder(tx, transaction_id);
      return order?.waits_for === 'SETTLEMENT' ? order.task_token : null;
    },
  );
  await reportTask(token);
}

async function passPrenote({ tenant_id, id, bank_account_id }: Unreturned, requestId: string): Promise<void> {
  await write(tenant_id, requestId, ['prenote.passed', `bank-accounts/${bank_account_id}`], async (tx) => {
    if ((await lockPrenote(tx, id)) === undefined || (await isPrenoteInDoubt(tx, id))) return noEffect(0);
    const moved = await movePrenotes(tx, [bank_account_id], 'SENT', 'PASSED');
    return moved === 0 ? noEffect(0) : moved;
  });
}

/** The new execution begins by looking up the payment's state; if the old one still runs, both come to the same end. */
async function restart({ tenant_id, transaction_id, request_id }: Stuck, now: Date): Promise<void> {
  await write(
    tenant_id,
    request_id,
    ['payment-order.restarted', `transactions/${transaction_id}`],
    async (tx) => {
      const order = await setRestarted(tx, transaction_id, now);
      if (order === undefined) return noEffect();
      return startPayment(tx, { tenant_id, transaction_id, request_id }, order.restarts);
    },
  );
}
