import { createHash, type Hash } from 'node:crypto';
import { findPermit } from '#approvals/approved-change.ts';
import type { Permit } from '#approvals/permit.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { type TenantSession, tenantSession } from '#platform/db/tenant-session.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { headObject, readObject } from '#platform/storage/objects.ts';
import { instantShown } from '#register/file-changes.ts';
import { MAX_UPLOAD_BYTES, UnreadableFile, uploadFormat } from '#uploads/formats/upload-row.ts';
import type { StoredFile } from '#uploads/intake/upload-event.ts';
import { settingsIn } from '#uploads/intake/upload-settings.ts';
import { awaitApproval } from '#uploads/loading/await-approval.ts';
import { completeAsDuplicate, completeUpload, type Ending } from '#uploads/loading/finish-upload.ts';
import type { StagedFile } from '#uploads/loading/staged-rows.ts';
import { storeChanges } from '#uploads/loading/store-changes.ts';
import type { UploadLoader } from '#uploads/loading/upload-loader.ts';
import { uploadLoaders } from '#uploads/loading/upload-loaders.ts';
import { findSameFile } from '#uploads/same-file.ts';
import { type ListedWarning, type UploadRecord, uploaderOf } from '#uploads/upload.repository.ts';
import { RefusedFile, type RejectedRows } from '#uploads/upload-failure.ts';
import { isUploadKind } from '#uploads/upload-kind.ts';
import { UploadProgress } from '#uploads/upload-progress.ts';
import { refuseOtherTotals } from './control-totals.ts';
import { refuseReplacing } from './refuse-replacing.ts';
import { reportRejected } from './report-rejected.ts';

interface Job {
  readonly actor: Actor;
  readonly upload: UploadRecord;
  readonly file: StoredFile;
}

function loaderOf({ upload: { id, kind } }: Job): UploadLoader {
  if (!isUploadKind(kind)) throw new Error(`the upload ${id} has failed for want of a kind`);
  return uploadLoaders[kind];
}

/** Times that a file is written again because the register moved under it. */
const MAX_WRITES = 5;

/**
 * Reads a claimed upload's object, stages its rows, finds what is wrong with them, and completes the upload: the good rows in
 * the register, the bad ones in the errors file and on the queue of rejected rows.
 * @throws UnreadableFile, RefusedFile
 */
export async function validateFile(job: Job): Promise<void> {
  const { actor, upload, file } = job;
  const format = uploadFormat(upload.filename);
  if (format === undefined)
    throw new RefusedFile('unknown-format', 'The name of a file must end in .csv, .json, .ndjson or .jsonl.');
  if (upload.mapping !== null && format !== 'csv')
    throw new RefusedFile('mapping-of-table', 'A mapping reads files whose names end in .csv.');
  const head = await headObject(file);
  if (head === undefined) throw new RefusedFile('object-missing', 'The file was deleted before it was read.');
  if (head.bytes > MAX_UPLOAD_BYTES)
    throw new UnreadableFile('too-large', `The file has more than ${MAX_UPLOAD_BYTES} bytes.`);
  // S3 has checked this hash. A hash that only the client declares must be proved by the bytes.
  if (head.sha256 !== undefined && (await endIfKnown(job, head.sha256))) return;

  await tenantSession(actor.tenantId, async (session) => {
    const hash = createHash('sha256');
    const progress = new UploadProgress(actor.tenantId, upload.id);
    const warnings: ListedWarning[] = [];
    const loader = loaderOf(job);
    const following = {
      encoding: settingsIn(upload.settings).encoding,
      mapping: upload.mapping ?? undefined,
      onProgress: progress.set,
      onUnknownColumn: (column: string) => void warnings.push(unknownColumn(column)),
    };
    const staged = await loader
      .stage(session, hashed(await readObject(file), hash), format, following)
      .finally(() => progress.stop());
    await crashPoint('upload.staged', upload.id);
    const sha256 = hash.digest('hex');
    if (upload.shown_at !== null && upload.sha256 !== sha256)
      throw new RefusedFile('checksum-mismatch', 'The file is another one than was approved.');
    if (await endIfKnown(job, sha256)) return;
    if (upload.as_of !== null && staged.hasDays === true)
      throw new RefusedFile(
        'two-dates',
        'The file has a column effective_date, and the upload an as_of. Leave one of them out.',
      );
    await refuseOtherTotals(session, upload.kind, settingsIn(upload.settings), staged);
    await loader.refuseRepeated(session, staged);
    await write(job, session, { staged, sha256, bytes: head.bytes, warnings });
  });
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

function unknownColumn(column: string): ListedWarning {
  return { column, code: 'unknown-column', message: 'The contract has no such column; it was ignored.' };
}

/** @throws RefusedFile when the bytes aren't those that were announced */
async function endIfKnown({ actor, upload }: Job, sha256: string): Promise<boolean> {
  const { declared_sha256 } = upload;
  if (declared_sha256 !== null && declared_sha256 !== sha256)
    throw new RefusedFile('checksum-mismatch', 'The SHA-256 of the file is not the one that was declared.');
  const first = await tenantRead(actor.tenantId, (read) => findSameFile(read, { ...upload, sha256 }));
  if (first === undefined) return false;
  if (first.state === 'AWAITING_APPROVAL')
    throw new RefusedFile('already-waiting', `The same file waits for approval as the upload ${first.id}.`);
  await completeAsDuplicate(actor, upload, first);
  return true;
}

interface ReadFile {
  readonly staged: StagedFile;
  readonly sha256: string;
  readonly bytes: number;
  readonly warnings: readonly ListedWarning[];
}

/** Returns the leave of the second person who has approved a file that was shown. */
async function permitOf({ actor, upload }: Job): Promise<Permit | undefined> {
  if (upload.shown_at === null) return undefined;
  const permit = await tenantRead(actor.tenantId, (read) =>
    findPermit(read, { type: 'uploads', id: upload.id }),
  );
  if (permit === undefined) throw new Error(`the upload ${upload.id} goes on, and nobody has approved it`);
  return permit;
}

async function write(job: Job, session: TenantSession, read: ReadFile): Promise<void> {
  const { actor, upload } = job;
  const { tenantId } = actor;
  const { staged, ...rest } = read;
  const loader = loaderOf(job);
  const load = {
    tenantId,
    uploadId: upload.id,
    requestId: actor.requestId,
    party: uploaderOf(upload),
    shownAt: upload.shown_at,
    receivedAt: upload.received_at ?? upload.created_at,
    permit: await permitOf(job),
    asOf: upload.as_of,
    replaces: settingsIn(upload.settings).mode === 'replace',
  };
  let rejections: RejectedRows | undefined;
  for (let writes = 1; ; writes += 1) {
    const conflicts = await loader.refuseConflicts(session, load, staged);
    const { rows, rejected, ignored = 0, unchanged = null } = staged;
    if (rejected > 0 && (rejections === undefined || conflicts > 0))
      rejections = await reportRejected(
        session,
        { tenantId, uploadId: upload.id, requestId: actor.requestId },
        { columns: loader.columns(staged), about: loader.about },
      );
    if (load.replaces) await refuseReplacing(session, staged, rejections);
    const accepted = rows - rejected - ignored;
    const late = accepted > 0 ? await loader.warn?.(session, { ...load, staged }) : undefined;
    const loads = !upload.dry_run && accepted > 0;
    const opens = loads && (await loader.opens?.({ ...load, staged, rows: accepted })) === true;
    const review = opens ? undefined : await loader.review?.(session, { ...load, staged });
    const shown =
      review === undefined
        ? {}
        : { changes: review.changes, changes_key: await storeChanges(upload, review) };
    const completion = {
      sha256: rest.sha256,
      bytes_done: rest.bytes,
      rows,
      accepted,
      rejected,
      ignored,
      unchanged,
      errors: rejections?.listed ?? [],
      warnings: [...rest.warnings, ...(late ?? [])],
      errors_key: rejections?.key ?? null,
      duplicate_of: null,
      ...shown,
    };
    let ending: Ending;
    try {
      ending = await completeUpload(actor, upload, completion, {
        session,
        write: async (tx) => {
          const inOrder = staged.outOfOrder === 0;
          const changes = loads
            ? await loader.load(tx, { ...load, rows: accepted, staged, inOrder, opens })
            : undefined;
          await crashPoint('upload.written', upload.id);
          return changes;
        },
      });
    } catch (error) {
      if (loader.mustWait?.(error) === true && loader.review !== undefined) {
        const shownAt = await instantShown(session);
        const review = await loader.review(session, { ...load, staged });
        await awaitApproval(actor, upload, completion, { session, review, shownAt });
        return;
      }
      if (!loader.mayLoadAgain(error) || writes === MAX_WRITES) throw error;
      continue;
    }
    if (ending === 'completed') await crashPoint('upload.completed', upload.id);
    if (ending === 'same-file' && !(await endIfKnown(job, rest.sha256)))
      throw new Error(`the upload that completed the bytes of ${upload.id} is no more`);
    return;
  }
}
