import type { z } from 'zod';
import type { UploadRecord } from '#uploads/upload.repository.ts';
import type { UploadChanges } from '#uploads/upload-changes.ts';
import { settingsIn } from './upload-settings.ts';
import type { Upload, UploadSummary } from './uploads.routes.ts';

export function toUploadSummary(row: UploadRecord): z.infer<typeof UploadSummary> {
  const { id, filename, dry_run, rows, accepted, rejected, ignored, unchanged, sha256 } = row;
  const { failure, duplicate_of } = row;
  return {
    id,
    kind: row.kind,
    door: row.door,
    state: row.state,
    filename,
    dry_run,
    as_of: row.as_of,
    mode: settingsIn(row.settings).mode ?? 'merge',
    mapping: settingsIn(row.settings).mapping ?? null,
    received_at: row.received_at?.toISOString() ?? null,
    rows,
    accepted,
    rejected,
    ignored,
    // A file that waits has recorded nothing, and may never.
    recorded: unchanged === null || row.state === 'AWAITING_APPROVAL' ? null : accepted - unchanged,
    unchanged,
    bytes_done: Number(row.bytes_done),
    bytes_total: Number(row.bytes_total),
    sha256,
    failure,
    duplicate_of,
    uploaded_by: row.created_by,
    drop_credential_id: row.drop_credential_id,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    completed_at: row.completed_at?.toISOString() ?? null,
  };
}

/** The answer without the URLs, which present-upload.http.ts adds. */
export function toUpload(row: UploadRecord): z.infer<typeof Upload> {
  return {
    ...toUploadSummary(row),
    // The database keeps the keys of an object in an order of its own.
    errors: row.errors.map(({ line, column, code, message }) => ({
      line,
      column,
      code,
      message,
    })),
    warnings: [...row.warnings],
    errors_url: null,
    changes: row.changes === null ? null : toChanges(row.changes),
    changes_url: null,
  };
}

/** Returns the fields in the order of the contract; the database keeps those of an object in an order of its own. */
function toChanges({
  created,
  changed,
  unchanged,
  absent,
  by_class,
  by_status,
  enrolled,
  largest,
  look_alikes,
}: UploadChanges) {
  return {
    created,
    changed,
    unchanged,
    absent: absent ?? null,
    by_class: by_class.map(({ security_class, before, after, moved }) => ({
      security_class,
      before,
      after,
      moved,
    })),
    by_status: by_status?.map(({ before, after, payees }) => ({ before, after, payees })) ?? null,
    enrolled: enrolled ?? null,
    largest:
      largest?.map(({ line, external_ref, before, after }) => ({ line, external_ref, before, after })) ??
      null,
    look_alikes: look_alikes?.map(({ line, external_ref, like }) => ({ line, external_ref, like })) ?? null,
  };
}
