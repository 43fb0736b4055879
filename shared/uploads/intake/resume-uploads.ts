import { systemTx } from '#platform/db/system-tx.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { headObject } from '#platform/storage/objects.ts';
import { listUnfinishedUploads, type UnfinishedUpload } from '#uploads/upload.repository.ts';
import { validateUpload } from '#uploads/uploads.jobs.ts';
import { notificationOf, storedVersion } from './upload-event.ts';

const REASON = 'unfinished uploads of every tenant';
const AT_ONCE = 200;
/** Stops in time to send what was found. */
const MARGIN_MS = 20_000;
const HOUR_MS = 3_600_000;
/** An upload that is open for so long has no message any more: it has waited and is given up. */
const LOST_AFTER_MS = (validateUpload.retryForHours + 1) * HOUR_MS;
/** Older ones were announced, and no file has come. */
const GIVEN_UP_AFTER_MS = 90 * 24 * HOUR_MS;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const FORBIDDEN = 403;

/**
 * Announces every stored file again whose message must be lost, as S3 did. An upload that ends meanwhile stays as it is; one whose
 * file hasn't come yet goes on waiting for it.
 */
export async function sendUnfinished({ time, requestId, remainingMs }: Firing): Promise<{ uploads: number }> {
  const ago = (ms: number): Date => new Date(time.getTime() - ms);
  const span = { from: ago(GIVEN_UP_AFTER_MS), before: ago(LOST_AFTER_MS) };
  let found = 0;
  for (let after = FIRST_ID; remainingMs() > MARGIN_MS; ) {
    const start = after;
    const rows = await systemTx(REASON, (tx) => listUnfinishedUploads(tx, span, start, AT_ONCE));
    const notifications = (await Promise.all(rows.map(notificationFor))).filter((one) => one !== undefined);
    await sendMessages(validateUpload.queue, notifications, requestId);
    found += notifications.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) break;
    after = last.id;
  }
  return { uploads: found };
}

async function notificationFor({ object_key, object_ref }: UnfinishedUpload) {
  const version = storedVersion(object_key, object_ref);
  const head = await headObject(version).catch((error: unknown) => {
    // S3 forbids what isn't there to whoever may not list the bucket.
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    if ($metadata?.httpStatusCode === FORBIDDEN) return undefined;
    throw error;
  });
  return head && notificationOf(object_key, head, object_ref);
}
