import * as z from 'zod';
import type { TenantId } from '#kernel/ids.ts';
import { TOGETHER_AT_MOST } from '#payments/bank/apply-together.ts';
import { reportTask } from '#payments/execution/report-task.ts';
import type { BankItem } from '#payments/nacha/bank-item.ts';
import { type ReturnFile, readReturnFile } from '#payments/nacha/return-file.ts';
import { UnreadableAchFile } from '#payments/nacha/unreadable-ach-file.ts';
import { readInboundFiles } from '#payments/payments.jobs.ts';
import type { StatementFile } from '#payments/statements/statement.ts';
import { statementFormat } from '#payments/statements/statement-text.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { found } from '#platform/db/found.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { type Actor, tenantRead, tenantStatements } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { fieldSealer, type Sealer } from '#platform/sealing.ts';
import { changeBy } from './account-correction.ts';
import { answerPrenote } from './answer-prenote.ts';
import { applyAnswer } from './apply-item.ts';
import { applyItemsTogether } from './apply-items-together.ts';
import { correctionPlace } from './correction-place.ts';
import { getInbound, type InboundObject } from './file-store.ts';
import {
  type Brought,
  findInboundFile,
  hasOpenItems,
  type InboundFileRow,
  insertInboundFile,
  listEnded,
  lockInboundFile,
  type NewItem,
  putItems,
  type Read,
  removeFaults,
  setRead,
  setReplaced,
} from './inbound-file.repository.ts';
import { matchItems, rowOf, UNMATCHED } from './matched-items.ts';
import { findWritten, setAcknowledged, setRejected, type TracedEntry } from './outbound-file.repository.ts';
import { resendPrenotes } from './resend-prenotes.ts';

/** S3's notification; the test event that it sends first has no records. */
export const InboundEvent = z.looseObject({
  Records: z
    .array(z.looseObject({ s3: z.looseObject({ object: z.looseObject({ key: z.string() }) }) }))
    .default([]),
});

const KEY = /^ach\/inbound\/([a-z0-9-]+)\/[^/]+$/;

/**
 * Applies the files that an event names: `ach/inbound/<tenant>/<any name>`. Each is an object that people see, and so is each of its
 * items, those that are alike in sets; so is each statement of an account, which a bank brings to the same place. What can't be read or matched waits for a person, and the rest is applied; reading a file
 * again changes nothing.
 * @throws UnreadableAchFile where nothing of a file can be read
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

/** Reading a file has come to this, before it is said of the file as a whole. */
interface Outcome {
  readonly waiting: readonly NewItem[];
  readonly items: number;
  readonly ignored: number;
  readonly isReadable: boolean;
  /** The lines of statements that are booked. */
  readonly statements?: readonly number[];
}

async function readFile(actor: Actor, key: string): Promise<void> {
  const object = await getInbound(key);
  const kind = statementFormat(object.head) === undefined ? 'ANSWERS' : 'STATEMENT';
  const brought = { object_key: key, etag: object.etag, bytes: BigInt(object.bytes), kind } as const;
  const file = await receive(actor, brought);
  if (file.state === 'APPLIED') return;
  const outcome = await (kind === 'STATEMENT'
    ? readStatementFile(actor, file.id, object)
    : readAnswers(actor, key, file.id, object));
  const { waiting, items, ignored } = outcome;
  const read = await finish(actor, { ...brought, id: file.id }, outcome);
  const counts = { items, waiting: waiting.length, ignored_batches: ignored };
  if (read.state === 'UNREADABLE')
    throw new UnreadableAchFile(
      waiting[0]?.reason as UnreadableAchFile['code'],
      'Nothing can be read.',
      waiting[0]?.line ?? 1,
    );
  // Somebody must look at what waits; the rest of the file is applied.
  if (waiting.length > 0) logger.error('items of an inbound file wait for a person', { key, ...counts });
  else logger.info('inbound file applied', { key, ...counts });
}

/** Applies what the bank answers to payments. */
async function readAnswers(
  actor: Actor,
  key: string,
  fileId: string,
  object: InboundObject,
): Promise<Outcome> {
  const { items, faults, ignoredBatches } = (await acknowledged(actor, key, object)) ?? readObject(object);
  const sealer = await fieldSealer();
  const ended = new Set(await tenantRead(actor.tenantId, (read) => listEnded(read, fileId)));
  const waiting: NewItem[] = faults.map((fault) =>
    waitingOf(fileId, { ...NOTHING, line: fault.line }, fault.code),
  );
  const due = items.filter(({ line }) => !ended.has(line));
  for (let start = 0; start < due.length; start += TOGETHER_AT_MOST) {
    const part = await matchItems(actor, due.slice(start, start + TOGETHER_AT_MOST));
    const applied = await applyItemsTogether(actor, fileId, part);
    for (const { item, match } of part) {
      if (typeof match === 'string') waiting.push(waitingOf(fileId, item, match, sealer));
      else if (!applied.has(item.line)) await applyItem(actor, match, fileId, item, sealer);
      await crashPoint('inbound-item-applied', typeof match === 'string' ? fileId : match.id);
    }
  }
  const isReadable = ignoredBatches > 0 || items.some(({ fault }) => fault === undefined);
  return { waiting, items: items.length, ignored: ignoredBatches, isReadable };
}

const TOO_LARGE: StatementFile = {
  ...{ statements: [], faulty: [] },
  faults: [{ line: 1, code: 'too-large' }],
};

/** Books the statements of an account. The parsers are loaded by the few files that are some. */
async function readStatementFile(actor: Actor, fileId: string, { text }: InboundObject): Promise<Outcome> {
  const { readStatements } = await import('#payments/statements/read-statements.ts');
  const { applyStatements } = await import('#payments/statements/apply-statement.ts');
  const { waiting, applied, entries, ignored } = await applyStatements(
    actor,
    fileId,
    text === undefined ? TOO_LARGE : readStatements(text),
    await fieldSealer(),
  );
  return {
    waiting: waiting.map(({ line, reason }) => waitingOf(fileId, { ...NOTHING, line }, reason)),
    ...{ items: entries, ignored, isReadable: applied.length > 0, statements: applied },
  };
}

/**
 * `ach/inbound/<tenant>/<outbound file>.ack`, in which stands what the bank has: the file's SHA-256. In `….rej` stands what it has not taken, and behind
 * that why.
 */
const ACKNOWLEDGEMENT = /^ach\/inbound\/([a-z0-9-]+)\/([^/]+)\.(ack|rej)$/;
const LONGEST_REASON = 200;

/** Marks an outbound file that the bank acknowledges or rejects; undefined where the file is none of that kind. */
async function acknowledged(
  actor: Actor,
  key: string,
  { text = '' }: InboundObject,
): Promise<ReturnFile | undefined> {
  const [, slug, name, kind] = ACKNOWLEDGEMENT.exec(key) ?? [];
  if (name === undefined) return undefined;
  const [sha256 = '', ...why] = text.trim().split(/\s+/);
  const objectKey = `ach/outbound/${slug}/${name}`;
  const sent = await tenantRead(actor.tenantId, (read) => findWritten(read, objectKey));
  const none = { items: [], ignoredBatches: 0 };
  // Only names of our files are answered: any other is that of a file like all.
  if (sent === undefined && !name.endsWith('.ach')) return undefined;
  if (sent === undefined) return { ...none, faults: [{ line: 1, code: 'no-such-file' }] };
  if (sent.sha256 !== sha256.toLowerCase()) return { ...none, faults: [{ line: 1, code: 'other-content' }] };
  const isRejected = kind === 'rej';
  if (isRejected && sent.acknowledged_at !== null)
    return { ...none, faults: [{ line: 1, code: 'acknowledged-before' }] };
  if (!isRejected && sent.rejected_at !== null)
    return { ...none, faults: [{ line: 1, code: 'rejected-before' }] };
  const reason = why.join(' ').slice(0, LONGEST_REASON) || 'The bank gives no reason.';
  await systemWrite(
    actor,
    async (tx) => {
      const isMarked = isRejected
        ? await setRejected(tx, sent.id, null, reason)
        : await setAcknowledged(tx, sent.id, null);
      if (isMarked && isRejected) await resendPrenotes(tx, sent.id);
      return isMarked ? true : noEffect(false);
    },
    {
      audit: () => ({
        action: isRejected ? 'outbound-file.rejected' : 'outbound-file.acknowledged',
        resource: `outbound-files/${sent.id}`,
        payload: { sha256 },
      }),
    },
  );
  return { ...none, faults: [] };
}

function readObject({ text }: InboundObject): ReturnFile {
  if (text !== undefined) return readReturnFile(text);
  return { items: [], faults: [{ line: 1, code: 'too-large' }], ignoredBatches: 0 };
}

function receive(actor: Actor, brought: Brought): Promise<InboundFileRow> {
  return systemWrite(
    actor,
    async (tx) => {
      const inserted = await insertInboundFile(tx, brought);
      return inserted ?? noEffect(found(await findInboundFile(tx, brought)));
    },
    {
      audit: ({ id }) => ({
        action: 'inbound-file.received',
        resource: `bank-files/${id}`,
        payload: { object_key: brought.object_key, bytes: Number(brought.bytes) },
      }),
    },
  );
}

const NOTHING: Omit<BankItem, 'line'> = {
  kind: undefined,
  code: undefined,
  originalTraceNumber: undefined,
  reference: '',
  traceNumber: '',
  originalRdfi: '',
  amountMinor: undefined,
  correctedData: undefined,
  fault: undefined,
};

/** An item that waits for a person. */
function waitingOf(fileId: string, item: BankItem, reason: string, sealer?: Sealer): NewItem {
  const { correctedData } = item;
  const isUnmatched = (UNMATCHED as readonly string[]).includes(reason);
  const row = rowOf(fileId, item);
  return {
    ...row,
    state: isUnmatched ? 'UNMATCHED' : 'UNREADABLE',
    reason,
    corrected_sealed:
      sealer === undefined || correctedData === undefined
        ? null
        : sealer.seal(correctedData, correctionPlace(row.id)),
    ...{ transaction_id: null, prenote_id: null },
  };
}

async function applyItem(
  actor: Actor,
  { id, resource, is_prenote: isPrenote }: TracedEntry,
  fileId: string,
  item: BankItem,
  sealer: Sealer,
): Promise<void> {
  const { kind = 'RETURNED', code = null, traceNumber, originalRdfi, correctedData } = item;
  const token = await systemWrite(
    actor,
    async (tx) => {
      const changeOf = changeBy(code, correctedData, sealer);
      const answer = { kind, code, traceNumber, originalRdfi, changeOf };
      const token = isPrenote ? await answerPrenote(tx, id, answer) : await applyAnswer(tx, id, answer);
      const row = { ...rowOf(fileId, item), state: 'APPLIED', reason: null, corrected_sealed: null } as const;
      const of = isPrenote
        ? { transaction_id: null, prenote_id: id }
        : { transaction_id: id, prenote_id: null };
      await putItems(tx, [{ ...row, ...of }]);
      await crashPoint('inbound-item-before-commit', id);
      return token;
    },
    {
      audit: () => ({
        action: isPrenote ? 'prenote.answered' : 'bank-event.received',
        resource,
        payload: { code, trace_number: traceNumber },
      }),
    },
  );
  await reportTask(token);
}

/** Writes what waits for a person, and what has become of the file as a whole. */
function finish(
  actor: Actor,
  file: Brought & { readonly id: string },
  { waiting, items, ignored, isReadable, statements = [] }: Outcome,
): Promise<Pick<Read, 'state'>> {
  const [first] = waiting;
  return systemWrite(
    actor,
    async (tx) => {
      const { state: before } = found(await lockInboundFile(tx, file.id));
      await putItems(tx, waiting);
      await removeFaults(tx, file.id, statements);
      const isUnreadable = !isReadable && first !== undefined && (await listEnded(tx, file.id)).length === 0;
      const state = isUnreadable ? 'UNREADABLE' : (await hasOpenItems(tx, file.id)) ? 'PARTLY' : 'APPLIED';
      if (state !== 'UNREADABLE') await setReplaced(tx, file);
      if (state === before) return noEffect({ state });
      const why = isUnreadable ? first : undefined;
      await setRead(tx, file.id, {
        ...{ state, ignored_batches: ignored },
        ...{ reason: why?.reason ?? null, reason_line: why?.line ?? null },
      });
      return { state };
    },
    {
      audit: ({ state }) => ({
        action: ENDED[state],
        resource: `bank-files/${file.id}`,
        payload: { items, waiting: waiting.length },
      }),
    },
  );
}

const ENDED = {
  APPLIED: 'inbound-file.applied',
  PARTLY: 'inbound-file.partly',
  UNREADABLE: 'inbound-file.unreadable',
} as const;
