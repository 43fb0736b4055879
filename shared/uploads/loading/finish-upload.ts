import type pg from 'pg';
import { noEffect } from '#platform/db/no-effect.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import { type Actor, emit, type TenantRead, type TenantTx, tenantTx } from '#platform/db/tenant-tx.ts';
import { publishCommitted } from '#platform/events/publish-committed.ts';
import { mayStillDrop } from '#uploads/drop/drop-credential.repository.ts';
import { overtake } from '#uploads/same-file.ts';
import {
  type Completion,
  type Failing,
  mayStillUpload,
  setCompleted,
  setCompletedAt,
  setFailed,
  type UploadRecord,
} from '#uploads/upload.repository.ts';
import type { UploadChanges } from '#uploads/upload-changes.ts';
import { RefusedFile } from '#uploads/upload-failure.ts';

/**
 * An attempt to complete an upload has completed it, has found that another delivery of the same event had ended it, or that another
 * upload has completed the same bytes meanwhile. Only the first writes anything.
 */
export type Ending = 'completed' | 'ended-before' | 'same-file';

/** A load waits for others of its tenant, and for reports. */
const RETRY_MS = 60_000;

/**
 * Refuses a file whose uploader has been put out since: what they may not do any more doesn't happen later. A credential that was revoked or
 * has expired drops nothing either; a file that a second person has seen and approved is not stopped by its rotation.
 * @throws RefusedFile
 */
export async function refusePutOut(read: TenantRead, upload: UploadRecord): Promise<void> {
  const { drop_credential_id, approved_by } = upload;
  if (drop_credential_id !== null && approved_by === null && !(await mayStillDrop(read, drop_credential_id)))
    throw new RefusedFile(
      'credential-ended',
      'The credential by which it was dropped has been revoked or has expired. Drop it again, by a live one.',
    );
  if (await mayStillUpload(read, upload)) return;
  throw new RefusedFile(
    'uploader-put-out',
    'The user who uploaded the file has been disabled, or may upload no files any more. Upload it as another user.',
  );
}

/** Returns whose file it is, for the trail: a worker's entry has no actor. */
export function senderOf({ created_by, drop_credential_id }: UploadRecord) {
  return { uploaded_by: created_by, ...(drop_credential_id === null ? {} : { drop_credential_id }) };
}

/**
 * The end of an upload, its rows, its audit entry and its event: one commit. So a worker that is killed anywhere has either
 * done all of it or nothing, and the next delivery does it.
 * @throws RefusedFile, and what `write` throws
 */
export async function completeUpload(
  actor: Actor,
  upload: UploadRecord,
  completion: Completion,
  options: {
    readonly session?: TenantSession;
    readonly write?: (tx: TenantTx) => Promise<UploadChanges | undefined>;
  } = {},
): Promise<Ending> {
  const { rows, accepted, rejected, ignored, duplicate_of, sha256 } = completion;
  const { kind, dry_run } = upload;
  const summary = { kind, rows, accepted, rejected, ignored, dry_run, duplicate_of };
  const sender = senderOf(upload);
  try {
    const { result, events } = await tenantTx(
      actor,
      async (tx) => {
        // First, so that two deliveries, or two uploads of the same bytes, wait for each other here.
        if (duplicate_of === null) await overtake(tx, { ...upload, sha256 });
        if ((await setCompleted(tx, upload.id, completion)) === undefined)
          return noEffect('ended-before' as const);
        await refusePutOut(tx, upload);
        await setCompletedAt(tx, upload.id, await options.write?.(tx));
        emit(tx, 'upload.completed', { upload_id: upload.id, ...summary });
        return 'completed' as const;
      },
      {
        audit: () => ({
          action: 'upload.completed',
          resource: `uploads/${upload.id}`,
          payload: { ...summary, ...sender, sha256 },
        }),
        retryForMs: RETRY_MS,
        ...(options.session === undefined ? {} : { session: options.session }),
      },
    );
    await publishCommitted(events);
    return result;
  } catch (error) {
    if ((error as pg.DatabaseError).constraint === 'uploads_same_file') return 'same-file';
    throw error;
  }
}

/** Ends an upload as the repetition of `first`, with its result. Nothing is written to the register. */
export async function completeAsDuplicate(
  actor: Actor,
  upload: UploadRecord,
  first: UploadRecord,
): Promise<void> {
  await completeUpload(actor, upload, {
    sha256: first.sha256 as string,
    bytes_done: Number(first.bytes_total),
    rows: first.rows,
    accepted: first.accepted,
    rejected: first.rejected,
    ignored: first.ignored,
    unchanged: first.unchanged,
    errors: first.errors,
    warnings: first.warnings,
    errors_key: first.errors_key,
    changes: first.changes,
    changes_key: first.changes_key,
    duplicate_of: first.id,
  });
}

/**
 * Ends an upload that has written nothing, unless it has ended. It works for a suspended tenant too, who gets the reason while
 * nothing of its data changes.
 */
export async function failUpload(
  actor: Actor,
  upload: UploadRecord,
  failure: string,
  failing?: Failing,
): Promise<void> {
  const code = failure.split(':')[0];
  const { events } = await tenantTx(
    { ...actor, allowSuspended: true },
    async (tx) => {
      if ((await setFailed(tx, upload.id, failure, failing)) === undefined) return noEffect();
      emit(tx, 'upload.failed', { upload_id: upload.id, kind: upload.kind, code });
      return undefined;
    },
    {
      audit: () => ({
        action: 'upload.failed',
        resource: `uploads/${upload.id}`,
        payload: { kind: upload.kind, code, ...senderOf(upload) },
      }),
    },
  );
  await publishCommitted(events);
}
