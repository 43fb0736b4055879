import * as z from 'zod';
import type { TenantId } from '#kernel/ids.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { applyWords } from '#payments/bank/apply-bank-event.ts';
import { insertBankEvent } from '#payments/bank/bank-event.repository.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { type AchNotificationOfChange, type AchReturn, readReturnFile } from '#payments/nacha/return-file.ts';
import { findTransaction } from '#payments/orders/ordered-transaction.ts';
import { findOrder } from '#payments/orders/payment-order.repository.ts';
import { correctAccount } from '#payments/payees/payable-account.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { type Actor, type TenantTx, tenantRead, tenantStatements } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { systemActor } from '#platform/queue/consumer.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { fieldSealer, type Sealer } from '#platform/sealing.ts';
import { getInbound } from './file-store.ts';
import { listByTrace } from './outbound-file.repository.ts';

/** S3's notification; the test event that it sends first has no records. */
export const InboundEvent = z.looseObject({
  Records: z
    .array(z.looseObject({ s3: z.looseObject({ object: z.looseObject({ key: z.string() }) }) }))
    .default([]),
});

const KEY = /^ach\/inbound\/([a-z0-9-]+)\/[^/]+$/;

/**
 * Applies the files that an event names: `ach/inbound/<tenant>/<any name>`. A file that can't be read applies nothing; each
 * answer in a readable one is a transaction of its own, and reading a file again changes nothing.
 * @throws UnreadableAchFile
 */
export async function readAchAnswers(event: z.infer<typeof InboundEvent>, requestId: string): Promise<void> {
  for (const { s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
    const slug = KEY.exec(key)?.[1];
    const tenantId = slug === undefined ? undefined : await findTenant(slug);
    if (tenantId === undefined) throw new Error('the file is in no folder of a tenant');
    await readFile({ ...systemActor(tenantId, requestId), allowSuspended: true }, key);
  }
}

async function findTenant(slug: string): Promise<TenantId | undefined> {
  const [result] = await tenantStatements(PLATFORM_TENANT_ID, [
    { text: 'select id from find_tenant_by_slug($1)', values: [slug] },
  ]);
  return (result?.rows[0] as { id: TenantId } | undefined)?.id;
}

async function readFile(actor: Actor, key: string): Promise<void> {
  const { returns, notifications } = readReturnFile(await getInbound(key));
  const sealer = await fieldSealer();
  let unmatched = 0;
  for (const answer of [...returns, ...notifications]) {
    const id = await matchOf(actor, answer);
    if (id === undefined) unmatched += 1;
    else await applyAnswer(actor, id, answer, sealer);
    await crashPoint('file-answer-applied', id);
  }
  const counts = { returns: returns.length, notifications: notifications.length, unmatched };
  // Somebody must look at an answer to what we never sent; the rest of the file is right all the same.
  if (unmatched > 0) logger.error('answers to payments that we do not know', { key, ...counts });
  else logger.info('answers', { key, ...counts });
}

type Answer = AchReturn | AchNotificationOfChange;

function isReturn(answer: Answer): answer is AchReturn {
  return 'amountMinor' in answer;
}

/** The trace number finds the payment, the reference confirms it, and so does the amount that comes back. */
async function matchOf(actor: Actor, answer: Answer): Promise<string | undefined> {
  return tenantRead(actor.tenantId, async (read) => {
    for (const id of await listByTrace(read, answer.originalTraceNumber)) {
      if (paymentReference(id) !== answer.reference) continue;
      const transaction = await findTransaction(read, id);
      if (!isReturn(answer) || transaction?.amount === answer.amountMinor) return id;
    }
    return undefined;
  });
}

async function applyAnswer(actor: Actor, id: string, answer: Answer, sealer: Sealer): Promise<void> {
  const token = await systemWrite(actor, (tx) => applyIn(tx, id, answer, sealer), {
    audit: () => ({
      action: 'bank.told',
      resource: `transactions/${id}`,
      payload: { code: answer.reason.code, trace_number: answer.traceNumber },
    }),
  });
  await reportTask(token);
}

async function applyIn(tx: TenantTx, id: string, answer: Answer, sealer: Sealer): Promise<string | null> {
  const transaction = found(await lockTransaction(tx, id));
  const order = found(await findOrder(tx, id));
  const event_id = `ach:${answer.originalRdfi}:${answer.traceNumber}:${answer.reason.code}`;
  const kind = isReturn(answer) ? 'RETURNED' : 'CORRECTED';
  const isNew = await insertBankEvent(tx, { transaction_id: id, event_id, kind, code: answer.reason.code });
  if (!isNew) return null;
  if (!isReturn(answer) && answer.correction !== undefined)
    await correctAccount(tx, order.bank_account_id, answer.correction, sealer);
  await applyWords(tx, transaction);
  await crashPoint('file-answer-before-commit', id);
  return isReturn(answer) && order.waits_for === 'SETTLEMENT' ? order.task_token : null;
}
