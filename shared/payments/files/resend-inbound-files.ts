import { readInboundFiles } from '#payments/payments.jobs.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { listObjects } from '#platform/storage/objects.ts';

const INBOUND_FOLDER = 'ach/inbound/';
const HOUR_MS = 3_600_000;
/** The message of a file that has lain for so long has been read, or was given up. */
const GIVEN_UP_AFTER_MS = (readInboundFiles.retryForHours + 1) * HOUR_MS;
/** A firing looks at the day before, and at an hour more than the schedule leaves between two. */
const SPAN_MS = 25 * HOUR_MS;
/** Stops in time to send what was found. */
const MARGIN_MS = 20_000;

/**
 * Announces each file of the bank once more, a day after it has come. No row tells whether it was read, and reading a file again
 * changes nothing: a file whose message was lost is read now, and one that can't be read becomes a dead letter again.
 */
export async function resendInboundFiles({
  time,
  requestId,
  remainingMs,
}: Firing): Promise<{ files: number }> {
  const before = time.getTime() - GIVEN_UP_AFTER_MS;
  const isDue = (storedAt: Date) => storedAt.getTime() < before && storedAt.getTime() >= before - SPAN_MS;
  let files = 0;
  for await (const page of listObjects(INBOUND_FOLDER)) {
    const due = page.filter(({ key, storedAt }) => isDue(storedAt) && !key.endsWith('/'));
    await sendMessages(readInboundFiles.queue, due.map(notificationOf), requestId);
    files += due.length;
    if (remainingMs() < MARGIN_MS) break;
  }
  return { files };
}

/** Makes the message by which S3 announces an object. */
function notificationOf({ key }: { readonly key: string }) {
  return { Records: [{ s3: { object: { key: encodeURIComponent(key).replaceAll('%20', '+') } } }] };
}
