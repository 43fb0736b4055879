import type pg from 'pg';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import { type Actor, emit, type TenantTx, tenantTx } from '#platform/db/tenant-tx.ts';
import { publishCommitted } from '#platform/events/publish.ts';
import {
  type Completion,
  setCompleted,
  setCompletedAt,
  setFailed,
  type UploadRecord,
} from '#uploads/upload.repository.ts';

/** Another delivery of the same event has ended the upload. */
export class AlreadyEnded extends Error {}

/** The same bytes were completed by another upload meanwhile. */
export class SameFileCompleted extends Error {}

/** A load waits for others of its tenant, and for reports. */
const RETRY_MS = 60_000;

/**
 * The end of an upload, its rows, its audit entry and its event: one commit. So a worker that is killed anywhere has either
 * done all of it or nothing, and the next delivery does it.
 * @throws AlreadyEnded, SameFileCompleted, and what `write` throws
 */
export async function completeUpload(
  actor: Actor,
  upload: UploadRecord,
  completion: Completion,
  options: { readonly session?: TenantSession; readonly write?: (tx: TenantTx) => Promise<void> } = {},
): Promise<void> {
  const { rows, accepted, rejected, duplicate_of, sha256 } = completion;
  const summary = { kind: upload.kind, rows, accepted, rejected, dry_run: upload.dry_run, duplicate_of };
  try {
    const { events } = await tenantTx(
      actor,
      async (tx) => {
        // First, so that two deliveries, or two uploads of the same bytes, wait for each other here.
        if ((await setCompleted(tx, upload.id, completion)) === undefined) throw new AlreadyEnded();
        await options.write?.(tx);
        await setCompletedAt(tx, upload.id);
        emit(tx, 'upload.completed', { upload_id: upload.id, ...summary });
      },
      {
        audit: () => ({
          action: 'upload.completed',
          resource: `uploads/${upload.id}`,
          payload: { ...summary, sha256 },
        }),
        retryForMs: RETRY_MS,
        ...(options.session === undefined ? {} : { session: options.session }),
      },
    );
    await publishCommitted(events);
  } catch (error) {
    if ((error as pg.DatabaseError).constraint === 'uploads_same_file') throw new SameFileCompleted();
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
    errors: first.errors as never,
    warnings: first.warnings as never,
    errors_key: first.errors_key,
    duplicate_of: first.id,
  });
}

/**
 * Ends an upload that has written nothing. It works for a suspended tenant too, who gets the reason while nothing of
 * its data changes.
 */
export async function failUpload(actor: Actor, upload: UploadRecord, failure: string): Promise<void> {
  const code = failure.split(':')[0];
  try {
    const { events } = await tenantTx(
      { ...actor, allowSuspended: true },
      async (tx) => {
        if ((await setFailed(tx, upload.id, failure)) === undefined) throw new AlreadyEnded();
        emit(tx, 'upload.failed', { upload_id: upload.id, kind: upload.kind, code });
      },
      {
        audit: () => ({
          action: 'upload.failed',
          resource: `uploads/${upload.id}`,
          payload: { kind: upload.kind, code },
        }),
      },
    );
    await publishCommitted(events);
  } catch (error) {
    if (!(error instanceof AlreadyEnded)) throw error;
  }
}
