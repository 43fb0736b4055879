import type { ChangeKind } from '#approvals/controlled-changes.ts';
import type { Proposer } from '#approvals/propose-change.ts';
import { requestChange } from '#approvals/request-change.ts';
import { linkTo } from '#contracts/links.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import { type Actor, tenantTx } from '#platform/db/tenant-tx.ts';
import { publishCommitted } from '#platform/events/publish-committed.ts';
import { getUpload } from '#uploads/intake/uploads.routes.ts';
import { overtake } from '#uploads/same-file.ts';
import {
  type Completion,
  setAwaitingApproval,
  type UploadRecord,
  uploaderOf,
} from '#uploads/upload.repository.ts';
import { refusePutOut, senderOf } from './finish-upload.ts';
import { storeChanges } from './store-changes.ts';
import type { Review } from './upload-loader.ts';

function kindOf({ kind, door }: UploadRecord): ChangeKind {
  if (kind === 'kyc') return 'kyc-file';
  if (kind === 'bank-accounts') return 'bank-account-file';
  if (kind === 'tax-certifications') return 'tax-certification-file';
  return door === 'DROP' ? 'dropped-file' : 'register-file';
}

/**
 * Lets a file that moves more shares than the tenant's limit, or changes payees, wait for a second person: the list of what it would change is
 * stored, and the request names it. An upload that another delivery has ended meanwhile stays as it is.
 * @throws RefusedFile
 */
export async function awaitApproval(
  actor: Actor,
  upload: UploadRecord,
  completion: Completion,
  {
    session,
    review,
    shownAt,
  }: { readonly session: TenantSession; readonly review: Review; readonly shownAt: string },
): Promise<void> {
  const { changes } = review;
  const changes_key = await storeChanges(upload, review);
  const { rows, accepted, rejected, sha256 } = completion;
  const { filename, door } = upload;
  const link = String(linkTo(getUpload, { id: upload.id }));
  const proposer: Proposer = {
    actorId: uploaderOf(upload),
    requestId: actor.requestId,
  };
  const { events } = await tenantTx(
    actor,
    async (tx) => {
      const shown = { changes, changes_key, shown_at: shownAt };
      await overtake(tx, { ...upload, sha256 });
      if ((await setAwaitingApproval(tx, upload.id, completion, shown)) === undefined) return noEffect();
      await refusePutOut(tx, upload);
      const { id } = await requestChange(
        tx,
        {
          kind: kindOf(upload),
          subject: { type: 'uploads', id: upload.id },
          before:
            changes.by_class.length === 0
              ? null
              : {
                  by_class: changes.by_class.map(({ security_class, before }) => ({
                    security_class,
                    shares: before,
                  })),
                },
          after: { filename, door, sha256, rows, accepted, rejected, ...changes, upload: link },
          proposal: {},
        },
        proposer,
      );
      return id;
    },
    {
      session,
      audit: (id) => ({
        action: 'change.requested',
        resource: `approvals/${id}`,
        payload: {
          ...{ upload_id: upload.id, rows, accepted, rejected },
          ...senderOf(upload),
          by_class: changes.by_class,
          ...(changes.by_status === undefined ? {} : { by_status: changes.by_status }),
        },
      }),
    },
  );
  await publishCommitted(events);
}
