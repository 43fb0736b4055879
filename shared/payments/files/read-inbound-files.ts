import * as z from 'zod';
import type { TenantId } from '#kernel/ids.ts';
import { lockTransaction } from '#ledger/transactions.ts';
import { applyBankEvents } from '#payments/bank/apply-bank-event.ts';
import { insertBankEvent } from '#payments/bank/bank-event.repository.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { type AchNotificationOfChange, type AchReturn, readReturnFile } from '#payments/nacha/return-file.ts';
import { findTransaction } from '#payments/orders/ordered-transaction.ts';
import { findOrder } from '#payments/orders/payment-order.repository.ts';
import { correctAccount } from '#payments/payees/payable-account.ts';
import { readInboundFiles } from '#payments/payments.jobs.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import { type NoEffect, noEffect } from '#platform/db/no-effect.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { type Actor, type TenantTx, tenantRead, tenantStatements } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
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
 * item in a readable one is a transaction of its own, and reading a file again changes nothing.
 * @throws UnreadableAchFile
 */
export async function applyInboundFiles(
  event: z.infer<typeof InboundEvent>,
  requestId: string,
): Promise<void> {
  for (const { s3 } of event.Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
    const slug = KEY.exec(key)?.[1];
    const tenantId = slug === undefined ? undefined : await findTenant(slug);
    if (tenantId === undefined) throw new Error('the file is in no folder of a tenant');
    await readFile(systemActor(tenantId, requestId, readInboundFiles), key);
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
  for (const item of [...returns, ...notifications]) {
    const id = await matchOf(actor, item);
    if (id === undefined) unmatched += 1;
    else await applyItem(actor, id, item, sealer);
    await crashPoint('inbound-item-applied', id);
  }
  const counts = { returns: returns.length, notifications: notifications.length, unmatched };
  // Somebody must look at an item for a payment that we never sent; the rest of the file is still applied.
  if (unmatched > 0) logger.error('items of an inbound file match no payment', { key, ...counts });
  else logger.info('inbound file applied', { key, ...counts });
}

type InboundItem = AchReturn | AchNotificationOfChange;

function isReturn(item: InboundItem): item is AchReturn {
  return 'amountMinor' in item;
}

/** The trace number finds the payment; the reference and the returned amount confirm it. */
async function matchOf(actor: Actor, item: InboundItem): Promise<string | undefined> {
  return tenantRead(actor.tenantId, async (read) => {
    for (const id of await listByTrace(read, item.originalTraceNumber)) {
      if (paymentReference(id) !== item.reference) continue;
      const transaction = await findTransaction(read, id);
      if (!isReturn(item) || transaction?.amount === item.amountMinor) return id;
    }
    return undefined;
  });
}

async function applyItem(actor: Actor, id: string, item: InboundItem, sealer: Sealer): Promise<void> {
  const token = await systemWrite(actor, (tx) => applyIn(tx, id, item, sealer), {
    audit: () => ({
      action: 'bank-event.received',
      resource: `transactions/${id}`,
      payload: { code: item.reason.code, trace_number: item.traceNumber },
    }),
  });
  await reportTask(token);
}

async function applyIn(
  tx: TenantTx,
  id: string,
  item: InboundItem,
  sealer: Sealer,
): Promise<string | null | NoEffect<null>> {
  const transaction = found(await lockTransaction(tx, id));
  const order = found(await findOrder(tx, id));
  const event_id = `ach:${item.originalRdfi}:${item.traceNumber}:${item.reason.code}`;
  const kind = isReturn(item) ? 'RETURNED' : 'CORRECTED';
  const isNew = await insertBankEvent(tx, { transaction_id: id, event_id, kind, code: item.reason.code });
  if (!isNew) return noEffect(null);
  if (!isReturn(item) && item.correction !== undefined)
    await correctAccount(tx, order.bank_account_id, item.correction, sealer);
  await applyBankEvents(tx, transaction);
  await crashPoint('inbound-item-before-commit', id);
  return isReturn(item) && order.waits_for === 'SETTLEMENT' ? order.task_token : null;
}
