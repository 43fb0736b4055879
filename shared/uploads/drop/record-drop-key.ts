import { noEffect } from '#platform/db/no-effect.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { issueDropKeys, recordDropKey } from '#uploads/uploads.jobs.ts';
import { findCredential, setGivenUp, setIssued, setRemoved } from './drop-credential.repository.ts';
import { type DropKeyOutcome, keyMessage } from './drop-key-message.ts';

/** Keeps a key that was issued, or that there is none. A key that came too late, since its credential has ended, is removed again. */
export async function keepDropKey(outcome: DropKeyOutcome, requestId: string): Promise<void> {
  const { tenant_id, credential_id: id, issued, removed } = outcome;
  if (removed) return setRemoved(tenant_id, id);
  const isKept = await systemWrite(
    systemActor(tenant_id, requestId, recordDropKey),
    async (tx) => {
      const kept = issued === null ? await setGivenUp(tx, id) : await setIssued(tx, id, issued);
      return kept === undefined ? noEffect(false) : true;
    },
    {
      audit: () => ({
        action: issued === null ? 'drop-credential.failed' : 'drop-credential.active',
        resource: `drop-credentials/${id}`,
        payload: {},
      }),
    },
  );
  if (isKept) return;
  const row = await tenantRead(tenant_id, (read) => findCredential(read, id));
  if (row?.ended_at != null) await sendMessages(issueDropKeys.queue, [keyMessage(row, 'NONE')], requestId);
}
