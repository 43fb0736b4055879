import { CONTROLLED_CHANGES } from '#approvals/controlled-changes.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { headObject, type ListedObject, listObjects } from '#platform/storage/objects.ts';
import { failUpload } from '#uploads/loading/finish-upload.ts';
import {
  findTenantOfFolder,
  listUnfinishedUploads,
  listWaiting,
  listWithoutUpload,
  type UnfinishedUpload,
} from '#uploads/upload.repository.ts';
import { resumeUploads, validateUpload } from '#uploads/uploads.jobs.ts';
import { doorOf, notificationOf, storedVersion } from './upload-event.ts';

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
const DROP_FOLDER = 'drop/';

/**
 * Announces every stored file again whose message must be lost, as S3 did. An upload that ends meanwhile stays as it is; one whose
 * file hasn't come yet goes on waiting for it. A dropped file whose message was lost before anybody read it has no upload, and is found in the bucket.
 */
export async function sendUnfinished({ time, requestId, remainingMs }: Firing): Promise<{ uploads: number }> {
  const ago = (ms: number): Date => new Date(time.getTime() - ms);
  const span = { from: ago(GIVEN_UP_AFTER_MS), before: ago(LOST_AFTER_MS) };
  let found = 0;
  for (let after = FIRST_ID; remainingMs() > MARGIN_MS; ) {
    const start = after;
    const rows = await systemTx(REASON, (tx) => listUnfinishedUploads(tx, span, start, AT_ONCE));
    found += await announce(rows, requestId);
    const last = rows.at(-1);
    if (last === undefined || rows.length < AT_ONCE) break;
    after = last.id;
  }
  await endExpired(time, requestId, remainingMs);
  return { uploads: found + (await sendUnannounced(span, requestId, remainingMs)) };
}

const EXPIRED = 'approval-expired: Nobody has decided on it in time. Nothing was loaded. Upload it again.';

/** Ends the files that nobody has decided on in the time of their request. */
async function endExpired(time: Date, requestId: string, remainingMs: () => number): Promise<void> {
  const { expiresAfterDays } = CONTROLLED_CHANGES['register-file'];
  const before = new Date(time.getTime() - expiresAfterDays * 24 * HOUR_MS);
  while (remainingMs() > MARGIN_MS) {
    const waiting = await systemTx(REASON, (tx) => listWaiting(tx, before, AT_ONCE));
    for (const upload of waiting)
      await failUpload(systemActor(upload.tenant_id, requestId, resumeUploads), upload, EXPIRED, {
        states: ['AWAITING_APPROVAL'],
      });
    if (waiting.length < AT_ONCE) return;
  }
}

interface Span {
  readonly from: Date;
  readonly before: Date;
}

/** Announces dropped files that have no row: the message was lost before anybody read it, so that only the bucket knows of them. */
async function sendUnannounced(
  { from, before }: Span,
  requestId: string,
  remainingMs: () => number,
): Promise<number> {
  let found = 0;
  const tenants = new Map<string, boolean>();
  const isOfTenant = async ({ key }: ListedObject): Promise<boolean> => {
    const door = doorOf(key);
    if (door?.door !== 'drop') return false;
    const isKnown = tenants.get(door.slug) ?? (await findTenantOfFolder(door.slug)) !== undefined;
    tenants.set(door.slug, isKnown);
    return isKnown;
  };
  for await (const page of listObjects(DROP_FOLDER)) {
    const dropped: ListedObject[] = [];
    for (const object of page)
      if (object.storedAt >= from && object.storedAt < before && (await isOfTenant(object)))
        dropped.push(object);
    const keys = new Set(await systemTx(REASON, (tx) => listWithoutUpload(tx, dropped)));
    const unannounced = dropped.filter(({ key }) => keys.has(key));
    for (let start = 0; start < unannounced.length; start += AT_ONCE) {
      const files = unannounced
        .slice(start, start + AT_ONCE)
        .map(({ key, eTag }) => ({ object_key: key, object_ref: `${eTag}:` }));
      found += await announce(files, requestId);
    }
    if (remainingMs() < MARGIN_MS) break;
  }
  return found;
}

type StoredFile = Omit<UnfinishedUpload, 'id'>;

/** Puts the files that are there on the queue. Returns their number. */
async function announce(files: readonly StoredFile[], requestId: string): Promise<number> {
  const notifications = (await Promise.all(files.map(notificationFor))).filter((one) => one !== undefined);
  await sendMessages(validateUpload.queue, notifications, requestId);
  return notifications.length;
}

async function notificationFor({ object_key, object_ref }: StoredFile) {
  const head = await headObject(storedVersion(object_key, object_ref));
  return head && notificationOf(object_key, head, object_ref);
}
