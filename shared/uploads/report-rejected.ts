import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantId, UploadId } from '#platform/ids.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { writeObject } from '#platform/storage/objects.ts';
import { errorsFileHeader, errorsFileLine } from '#uploads/errors-file.ts';
import { type NumberedRejection, rejectedRows } from '#uploads/staged-rows.ts';
import type { ListedError } from '#uploads/upload.repository.ts';
import { errorsKey } from '#uploads/upload-event.ts';
import type { UploadLoader } from '#uploads/upload-loader.ts';

/** Of an upload's errors, those that its answer shows; the errors file has all. */
const LISTED_ERRORS = 50;
const QUEUE = 'rejected-rows';
/** A file with more bad rows is the wrong file: a message each would keep the worker busy longer than it may run. */
const MAX_ROW_MESSAGES = 100_000;
/** Of a thousand messages each. */
const MAX_WAITING_BATCHES = 25;

export interface Rejections {
  readonly key: string;
  readonly listed: readonly ListedError[];
  /** Settles when the queue has every message. They go out while the good rows are written. */
  readonly sent: Promise<void>;
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
export async function reportRejected(
  session: TenantSession,
  upload: ReportedUpload,
  { columns, about }: Pick<UploadLoader, 'columns' | 'about'>,
): Promise<Rejections> {
  const key = errorsKey(upload.tenantId, upload.uploadId);
  const listed: ListedError[] = [];
  const messages = new MessageSender(upload, about);
  async function* lines(): AsyncGenerator<string, void> {
    yield errorsFileHeader(columns);
    for await (const batch of rejectedRows(session, columns)) {
      for (const { line, error } of batch.slice(0, LISTED_ERRORS - listed.length))
        listed.push({ line, ...error });
      await messages.add(batch);
      yield batch.map((row) => errorsFileLine(columns, row)).join('');
    }
  }
  await writeObject(key, lines(), {
    contentType: 'text/csv; charset=utf-8; header=present',
    filename: `errors-${upload.uploadId}.csv`,
  });
  return { key, listed, sent: messages.sent };
}

/** Sends behind the rows that are read, a bounded number of batches at most. */
class MessageSender {
  readonly #upload: ReportedUpload;
  readonly #about: UploadLoader['about'];
  #told = 0;
  #waiting = 0;
  sent: Promise<void> = Promise.resolve();

  constructor(upload: ReportedUpload, about: UploadLoader['about']) {
    this.#upload = upload;
    this.#about = about;
  }

  async add(batch: readonly NumberedRejection[]): Promise<void> {
    const left = MAX_ROW_MESSAGES - this.#told;
    if (left < 0) return;
    const messages: object[] = batch
      .slice(0, left)
      .map((row) => ({ ...rejectionMessage(this.#upload, row), ...this.#about(row) }));
    if (messages.length < batch.length) messages.push(restMessage(this.#upload));
    this.#told += batch.length;
    this.#waiting += 1;
    this.sent = this.sent.then(async () => {
      await sendMessages(QUEUE, messages as Record<string, unknown>[], this.#upload.requestId);
      this.#waiting -= 1;
    });
    // Whoever waits for the last is told of a failure; until then nobody listens.
    this.sent.catch(() => undefined);
    if (this.#waiting > MAX_WAITING_BATCHES) await this.sent;
  }
}

/** Where and why, without the row: queues keep nothing personal. `id` tells repetitions. */
function rejectionMessage(
  { tenantId, uploadId }: ReportedUpload,
  { n, line, error }: NumberedRejection,
): Record<string, unknown> {
  return { id: `${uploadId}/${n}`, tenant_id: tenantId, upload_id: uploadId, row: n, line, ...error };
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
