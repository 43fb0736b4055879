import type { z } from 'zod';
import { presignGet } from '#platform/storage/presigned.ts';
import type { UploadRecord } from '#uploads/upload.repository.ts';
import type { Upload, UploadSummary } from './uploads.routes.ts';

export function toUploadSummary(row: UploadRecord): z.infer<typeof UploadSummary> {
  const { id, filename, dry_run, rows, accepted, rejected, sha256, failure, duplicate_of } = row;
  return {
    id,
    kind: row.kind,
    door: row.door,
    state: row.state,
    filename,
    dry_run,
    rows,
    accepted,
    rejected,
    bytes_done: Number(row.bytes_done),
    bytes_total: Number(row.bytes_total),
    sha256,
    failure,
    duplicate_of,
    created_at: row.created_at.toISOString(),
    completed_at: row.completed_at?.toISOString() ?? null,
  };
}

/** `errorsUrl` is signed by {@link presentUpload}; an upload that has no errors file yet needs none. */
export function toUpload(row: UploadRecord, errorsUrl: string | null = null): z.infer<typeof Upload> {
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
    errors_url: errorsUrl,
  };
}

/**
 * Returns the answer with a fresh URL of the errors file. Signing loads the S3 client, so it happens only if there is
 * such a file.
 */
export async function presentUpload(row: UploadRecord): Promise<z.infer<typeof Upload>> {
  return toUpload(row, row.errors_key === null ? null : await presignGet(row.errors_key));
}
