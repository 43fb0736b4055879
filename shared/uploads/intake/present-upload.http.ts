import type { z } from 'zod';
import type { Actor } from '#platform/db/tenant-tx.ts';
import type { UploadRecord } from '#uploads/upload.repository.ts';
import { toUpload } from './upload-answer.ts';
import type { Upload } from './uploads.routes.ts';

/**
 * Returns the answer with fresh URLs of the files of errors and changes. Signing loads the S3 client, so it happens only if there is
 * such a file.
 */
export async function presentUpload(row: UploadRecord, reader: Actor): Promise<z.infer<typeof Upload>> {
  return { ...toUpload(row), ...(await signedUrls(row, reader)) };
}

/** Signs the URLs of an upload's files, as far as it has any: rejected rows and changes name people. */
export async function signedUrls(
  { id, kind, errors_key, changes_key, rejected }: UploadRecord,
  reader: Actor,
): Promise<Pick<z.infer<typeof Upload>, 'errors_url' | 'changes_url'>> {
  if (errors_key === null && changes_key === null) return { errors_url: null, changes_url: null };
  const { handOut } = await import('#platform/http/hand-out.ts');
  return handOut(
    reader,
    { errors_url: errors_key, changes_url: changes_key },
    { resource: `uploads/${id}`, payload: { kind, rejected } },
  );
}
