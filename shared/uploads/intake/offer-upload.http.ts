import type { z } from 'zod';
import { linkTo } from '#contracts/links.ts';
import type { Actor, TenantRead } from '#platform/db/tenant-tx.ts';
import { PUT_HEADERS, presignParts, presignPut } from '#platform/storage/presigned.ts';
import { findUpload, type UploadRecord } from '#uploads/upload.repository.ts';
import { signedUrls } from './present-upload.http.ts';
import { completeUpload, type OfferedUpload, type Upload } from './uploads.routes.ts';

/** S3 takes up to 5 GB in one PUT; this much is worth sending again when a connection breaks. */
const MAX_SINGLE_PUT_BYTES = 100_000_000;
export const PART_BYTES = 100_000_000;

export function comesInParts(bytes: number): boolean {
  return bytes > MAX_SINGLE_PUT_BYTES;
}

/**
 * Adds the URLs to the answer of an upload: each is signed for whoever asks, and none is kept. A repeated request so gets URLs that
 * work, for the same object.
 */
export async function withUrls(
  answer: z.infer<typeof Upload>,
  tenantRead: <T>(work: (read: TenantRead) => Promise<T>) => Promise<T>,
  reader: Actor,
): Promise<z.infer<typeof OfferedUpload>> {
  const upload = await tenantRead((read) => findUpload(read, answer.id));
  if (upload === undefined) return answer;
  if (answer.state !== 'RECEIVED') return { ...answer, ...(await signedUrls(upload, reader)) };
  return answer.door === 'PRESIGNED' ? { ...answer, ...(await offerOf(upload, answer.bytes_total)) } : answer;
}

/** @param bytes as they were announced: the row has those that came */
async function offerOf({ id, object_key: key, multipart_id, declared_sha256 }: UploadRecord, bytes: number) {
  if (multipart_id === null) {
    const upload_url = await presignPut(key, bytes, declared_sha256 ?? undefined);
    return { upload_url, upload_headers: PUT_HEADERS };
  }
  return {
    parts: await presignParts({ key, multipartId: multipart_id, bytes }, PART_BYTES),
    part_size: PART_BYTES,
    complete_url: linkTo(completeUpload, { id }),
  };
}
