import { createHash } from 'node:crypto';
import { uuidV7 } from '#kernel/ids.ts';
import { sendPending } from '#ledger/send-pending.ts';
import { dividendOf, type TransactionRow } from '#ledger/transactions.ts';
import { lookAtAll } from '#payments/execution/looked-at.ts';
import { openInstruction, sealInstruction } from '#payments/execution/payment-instruction.ts';
import { endRefused } from '#payments/execution/refusal.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import { easternTime } from '#payments/nacha/eastern-time.ts';
import type { AchOffset, WrittenEntry } from '#payments/nacha/nacha-payments.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { findOrders } from '#payments/orders/payment-order.repository.ts';
import { movePrenotes } from '#payments/payees/prenote.repository.ts';
import { writeOutboundFiles } from '#payments/payments.jobs.ts';
import { type Profile, profileOf } from '#payments/settings/bank-profile.ts';
import { DEFAULT_FILE_NAME, fileNameOf, type NamedFile } from '#payments/settings/file-name.ts';
import { offsetPlace } from '#payments/settings/offset-place.ts';
import { findSettings, type Originator } from '#payments/settings/payment-settings.repository.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import { type Actor, type TenantTx, tenantRead } from '#platform/db/tenant-tx.ts';
import { Failures } from '#platform/queue/failures.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { fieldSealer, type Sealer } from '#platform/sealing.ts';
import { EntryTimes } from './entry-times.ts';
import { putOutbound } from './file-store.ts';
import { lockReleased } from './lock-released.ts';
import {
  type FilingTenant,
  findLastWritten,
  insertFile,
  isPlaceTaken,
  isUnwritten,
  listEntries,
  listFilingTenants,
  listPrepared,
  type OutboundFileRow,
  setWritten,
} from './outbound-file.repository.ts';
import {
  fittingOneFile,
  formerDescription,
  inBatchOrder,
  MAX_FILES_A_DAY,
  modifierOf,
  type PlannedEntry,
  type Purpose,
  planEntry,
  writePlanned,
} from './outbound-plan.ts';
import { planPrenotes } from './plan-prenotes.ts';
import { forgetInstructions, insertPrenotes, listPrenotes } from './prenote.repository.ts';

const REASON = 'payments for files of every tenant';
/** More go into a file of their own: each is marked as sent in one transaction. */
const PAYMENTS_PER_FILE = 10_000;
const LAST_SEQUENCE = 9_999_999;
const MARGIN_MS = 60_000;

type Counts = { files: number; payments: number };

/**
 * Writes the released payments of each tenant into files. A file is fixed in the database first, then written, then its
 * payments are marked as sent: cut off anywhere, the next run writes the same bytes to the same place and goes on.
 */
export async function writeDueFiles(
  now: Date,
  requestId: string,
  remainingMs: () => number,
): Promise<Counts> {
  const sealer = await fieldSealer();
  const counts: Counts = { files: 0, payments: 0 };
  // The payments of a suspended tenant stay released, and go into a file once it is active.
  const failures = new Failures(writeOutboundFiles);
  for (const tenant of await systemTx(REASON, (tx) => listFilingTenants(tx, now))) {
    if (remainingMs() < MARGIN_MS) break;
    await failures.attempt({ tenant_id: tenant.tenant_id }, async () => {
      const actor = systemActor(tenant.tenant_id, requestId, writeOutboundFiles);
      // Files that another run has left are written first, so that their payments don't go into a second file.
      do {
        for (const file of await tenantRead(actor.tenantId, listPrepared)) {
          counts.payments += await writeFile(actor, file, sealer);
          counts.files += 1;
        }
      } while (remainingMs() > MARGIN_MS && (await prepareFile(actor, tenant, sealer)));
    });
  }
  failures.rethrow();
  return counts;
}

/**
 * Fixes what the next file holds, after the last look at each payment: what must not leave any more ends here. False when nothing waits for a file.
 */
async function prepareFile(actor: Actor, { slug, at }: FilingTenant, sealer: Sealer): Promise<boolean> {
  const createdAt = at.toISOString();
  const { day } = easternTime(createdAt);
  const refused: (string | null)[] = [];
  const isPrepared = await systemWrite(
    actor,
    async (tx) => {
      refused.length = 0;
      const released = fittingOneFile(await lockReleased(tx, PAYMENTS_PER_FILE));
      const settings = await findSettings(tx);
      const originator = settings?.ach_originator as Originator | null | undefined;
      const profile = profileOf(settings);
      const times = originator && new EntryTimes(createdAt, originator, profile);
      const prenotes = times ? await planPrenotes(tx, { profile, times }, sealer) : [];
      if (released.length + prenotes.length === 0) return noEffect(false);
      if (!originator || !times) throw new Error('the tenant has no originator any more');
      const planned: (PlannedEntry & { readonly sealed: string })[] = [];
      const orders = await findOrders(
        tx,
        released.map(({ id }) => id),
      );
      const looked = await lookAtAll(tx, released, orders);
      for (const transaction of released) {
        const { id } = transaction;
        const order = found(orders.get(id));
        if (await endRefused(tx, transaction, order, day, looked)) {
          refused.push(order.task_token);
          continue;
        }
        const sealed = await sealInstruction(tx, transaction, order, sealer, looked);
        const entry = planEntry(id, openInstruction(sealed, id, sealer), {
          ...{ profile, times, purpose: purposeOf(transaction) },
        });
        planned.push({ ...entry, sealed });
      }
      if (planned.length + prenotes.length === 0) return true;
      const { files, sequence } = await findLastWritten(tx, day);
      if (files >= MAX_FILES_A_DAY) throw new Error(`there are ${files} files of ${day} already`);
      const next = (sequence ?? 0) + 1;
      const offset = offsetOf(actor, profile, settings?.offset_number_sealed ?? null, sealer);
      // Each payment may stand in a batch of its own, with an offset entry.
      const most = planned.length * (offset === undefined ? 1 : 2) + prenotes.length;
      const first = next + most > LAST_SEQUENCE ? 1 : next;
      const ordered = inBatchOrder([...planned, ...prenotes]);
      const modifier = modifierOf(files);
      // This also finds what can't be written, before anything is fixed.
      const written = writePlanned({
        ...{ originator, profile, offset, createdAt, modifier, entries: ordered },
        firstTraceSequence: first,
      });
      const object_key = await freePlace(tx, profile, {
        ...{ day, modifier, number: files + 1, tenant: slug, originator: originator.company_id },
      });
      const tracesOf = new Map(written.entries.map((entry) => [entry.paymentId, traceOf(entry)]));
      const fileId = uuidV7();
      await insertFile(
        tx,
        {
          ...{ id: fileId, day, modifier, prepared_at: at, entries: planned.length },
          prenotes: prenotes.length,
          object_key,
          originator: JSON.stringify(originator),
          bank_profile: JSON.stringify(profile),
          offset_number_sealed: settings?.offset_number_sealed ?? null,
          last_trace_sequence: written.nextTraceSequence - 1,
          total_amount: written.totalCreditMinor,
          total_debit: written.totalDebitMinor,
        },
        planned.map((entry) => ({
          transaction_id: entry.id,
          ...keptOf(entry, fileId, found(tracesOf.get(entry.id))),
        })),
      );
      await insertPrenotes(
        tx,
        prenotes.map((entry) => ({
          ...{ id: entry.id, bank_account_id: entry.accountId },
          ...keptOf(entry, fileId, found(tracesOf.get(entry.id))),
        })),
      );
      const accounts = prenotes.map(({ accountId }) => accountId);
      if (accounts.length > 0) await movePrenotes(tx, accounts, 'WAITING', 'SENT');
      await crashPoint('file-before-prepared');
      return true;
    },
    {
      audit: (prepared) => ({
        action: 'outbound-file.prepared',
        resource: 'outbound-files',
        payload: { day, prepared, refused: refused.length },
      }),
    },
  );
  for (const token of refused) await reportTask(token);
  return isPrepared;
}

function purposeOf(transaction: TransactionRow): Purpose {
  if (dividendOf(transaction) !== null) return 'dividend';
  return transaction.plan_id === null ? 'other' : 'plan';
}

/** Opens the account by which the bank wants batches balanced; undefined where it doesn't. */
function offsetOf(
  { tenantId }: Actor,
  { offset_account: account }: Profile,
  sealed: string | null,
  sealer: Sealer,
): AchOffset | undefined {
  if (account === null || sealed === null) return undefined;
  return {
    routingNumber: account.routing_number,
    accountNumber: sealer.open(sealed, offsetPlace(tenantId)),
    accountType: account.account_type === 'SAVINGS' ? 'savings' : 'checking',
  };
}

/**
 * Finds a place that no file of the tenant has had. One pattern gives no name twice, but two of them, one after the other, might: then
 * the file gets the name that it has without a pattern, which no other pattern gives.
 */
async function freePlace(tx: TenantTx, { file_name }: Profile, file: NamedFile): Promise<string> {
  const placeOf = (pattern: string) => `ach/outbound/${file.tenant}/${fileNameOf(pattern, file)}`;
  const place = placeOf(file_name);
  return (await isPlaceTaken(tx, place)) ? placeOf(DEFAULT_FILE_NAME) : place;
}

/** An entry's trace number, and its part that counts. */
function traceOf({ traceNumber }: WrittenEntry) {
  return { trace_number: traceNumber, trace_sequence: Number(traceNumber.slice(-7)) };
}

/** All of an entry that its bytes are made of, as it is kept. */
function keptOf(
  entry: PlannedEntry & { readonly sealed: string },
  fileId: string,
  trace: ReturnType<typeof traceOf>,
) {
  return {
    file_id: fileId,
    ...trace,
    effective_entry_date: entry.effectiveEntryDate,
    sec_code: entry.secCode,
    descriptive_date: entry.descriptiveDate,
    entry_description: entry.entryDescription,
    instruction_sealed: entry.sealed,
  };
}

/**
 * Reads a file as strictly as its bank may, before it leaves.
 * @throws UnreadableAchFile or Error when it isn't what was fixed in the database
 */
function checkWritten(file: OutboundFileRow, text: string): void {
  const { batches, totals } = readNachaFile(text);
  const isBalanced = file.offset_number_sealed !== null;
  const offsets = batches.filter(({ serviceClassCode }) => serviceClassCode === '200').length;
  const entries = batches.reduce((sum, batch) => sum + batch.entries.length, 0) - offsets;
  const [credit, debit] = isBalanced
    ? [file.total_amount + file.total_debit, file.total_amount + file.total_debit]
    : [file.total_amount, file.total_debit];
  if (
    entries !== file.entries + file.prenotes ||
    totals.creditMinor !== credit ||
    totals.debitMinor !== debit
  )
    throw new Error(`the file has other entries than the ${file.entries} that were prepared`);
}

/** Answers how many payments it has marked as sent. */
async function writeFile(actor: Actor, file: OutboundFileRow, sealer: Sealer): Promise<number> {
  const [payments, prenotes, isDue] = await tenantRead(actor.tenantId, async (read) => [
    await listEntries(read, file.id),
    file.prenotes === 0 ? [] : await listPrenotes(read, file.id),
    await isUnwritten(read, file.id),
  ]);
  // Another run has written it since, and erased what its prenotes were made of.
  if (!isDue) return 0;
  const rows = [
    ...payments.map((row) => ({ ...row, id: row.transaction_id, isPrenote: false })),
    ...prenotes.map((row) => ({ ...row, isPrenote: true })),
  ].toSorted((a, b) => a.trace_sequence - b.trace_sequence);
  const entries = rows.map((row): PlannedEntry => {
    const { id, isPrenote } = row;
    const instruction = openInstruction(row.instruction_sealed, id, sealer);
    return {
      ...{ id, isPrenote, instruction },
      secCode: row.sec_code,
      effectiveEntryDate: row.effective_entry_date,
      descriptiveDate: row.descriptive_date,
      entryDescription: row.entry_description ?? formerDescription(instruction),
    };
  });
  const profile = profileOf(file);
  const { text } = writePlanned({
    profile,
    offset: offsetOf(actor, profile, file.offset_number_sealed, sealer),
    originator: file.originator as unknown as Originator,
    createdAt: file.prepared_at.toISOString(),
    modifier: file.modifier,
    firstTraceSequence: rows[0]?.trace_sequence ?? 1,
    entries,
  });
  checkWritten(file, text);
  await crashPoint('file-before-put');
  await putOutbound(file.object_key, text);
  await crashPoint('file-after-put');
  const sha256 = createHash('sha256').update(text).digest('hex');
  const sent = await systemWrite(
    { ...actor, allowSuspended: true },
    async (tx) => {
      if (!(await setWritten(tx, file.id, sha256))) return noEffect(0);
      if (file.prenotes > 0) await forgetInstructions(tx, file.id);
      await sendPending(
        tx,
        payments.map(({ transaction_id }) => transaction_id),
      );
      await crashPoint('file-before-sent');
      return payments.length;
    },
    {
      audit: (count) => ({
        action: 'outbound-file.written',
        resource: `outbound-files/${file.id}`,
        payload: { object_key: file.object_key, sha256, sent: count },
      }),
    },
  );
  await crashPoint('file-after-sent');
  return sent;
}
