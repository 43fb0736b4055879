import { maskText } from '#platform/audit/mask.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantId, UploadId } from '#platform/ids.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { writeObject } from '#platform/storage/objects.ts';
import { errorsFileHeader, errorsFileLine } from '#uploads/errors-file.ts';
import { type NumberedRejection, rejectedRows } from '#uploads/staged-rows.ts';
import type { ListedError } from '#uploads/upload.repository.ts';
import { errorsKey } from '#uploads/upload-event.ts';
import type { RowErrorCode } from '#uploads/upload-row.ts';

/** Of an upload's errors, those that its answer shows; the errors file has all. */
const LISTED_ERRORS = 50;
const QUEUE = 'rejected-rows';
/** A file with more bad rows is the wrong file: a message each would keep the worker busy longer than it may run. */
const MAX_ROW_MESSAGES = 100_000;

/** Errors of references that are well-formed. */
const OF_REGISTER: ReadonlySet<RowErrorCode> = new Set(['duplicate-external-ref', 'holder-closed']);

export interface Rejections {
  readonly key: string;
  readonly listed: readonly ListedError[];
}

interface ReportedUpload {
  readonly tenantId: TenantId;
  readonly uploadId: UploadId;
  readonly requestId: string;
}

/**
 * Writes the refused rows to the errors file and puts each on the queue of rejected rows. Done before the upload is completed,
 * so that a completed upload has both; a delivery that is repeated writes the same file and sends the same messages again.
 */
export async function reportRejected(session: TenantSession, upload: ReportedUpload): Promise<Rejections> {
  const key = errorsKey(upload.tenantId, upload.uploadId);
  const listed: ListedError[] = [];
  let sent = 0;
  let cut = false;
  async function* lines(): AsyncGenerator<string, void> {
    yield errorsFileHeader;
    for await (const batch of rejectedRows(session)) {
      for (const { line, error } of batch.slice(0, LISTED_ERRORS - listed.length))
        listed.push({ line, ...error });
      const told = batch.slice(0, MAX_ROW_MESSAGES - sent).map((row) => rejectionMessage(upload, row));
      if (told.length < batch.length && !cut) {
        cut = true;
        told.push(restMessage(upload));
      }
      sent += told.length;
      await sendMessages(QUEUE, told, upload.requestId);
      yield batch.map(errorsFileLine).join('');
    }
  }
  await writeObject(key, lines(), {
    contentType: 'text/csv; charset=utf-8; header=present',
    filename: `errors-${upload.uploadId}.csv`,
  });
  return { key, listed };
}

/**
 * Where and why, without the row: queues keep nothing personal. The reference is told only where it is sure to be one; in a row
 * with a cell too many, another's name may stand in its place. `id` tells repetitions.
 */
function rejectionMessage(
  { tenantId, uploadId }: ReportedUpload,
  { n, line, values, error }: NumberedRejection,
): Record<string, unknown> {
  const isReference =
    error.column !== null && (error.column !== 'external_ref' || OF_REGISTER.has(error.code));
  return {
    id: `${uploadId}/${n}`,
    tenant_id: tenantId,
    upload_id: uploadId,
    row: n,
    line,
    ...error,
    external_ref: isReference && values.external_ref !== null ? maskText(values.external_ref) : null,
  };
}

function restMessage({ tenantId, uploadId }: ReportedUpload): Record<string, unknown> {
  return {
    id: `${uploadId}/rest`,
    tenant_id: tenantId,
    upload_id: uploadId,
    code: 'more-rows',
    message: `More than ${MAX_ROW_MESSAGES} rows were refused; the errors file has all of them.`,
  };
}
