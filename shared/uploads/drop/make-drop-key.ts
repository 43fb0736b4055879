import { sendMessages } from '#platform/queue/send.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { recordDropKey } from '#uploads/uploads.jobs.ts';
import type { DropKeyMessage, DropKeyOutcome } from './drop-key-message.ts';
import { keyPlace } from './drop-key-place.ts';
import { issueKey, removeUser } from './drop-users.ts';

/** Issues a key or removes all, and reports to the queue of whoever keeps the credentials. The secret leaves this function sealed. */
export async function makeDropKey(message: DropKeyMessage, requestId: string): Promise<void> {
  const { tenant_id, credential_id, folder, wanted } = message;
  const of = { tenant_id, credential_id };
  const outcome: DropKeyOutcome =
    wanted === 'KEY'
      ? { ...of, issued: await sealedKey(credential_id, folder), removed: false }
      : { ...of, issued: null, removed: true };
  if (wanted === 'NONE') await removeUser(credential_id);
  await sendMessages(recordDropKey.queue, [outcome], requestId);
}

async function sealedKey(credentialId: string, folder: string): Promise<DropKeyOutcome['issued']> {
  const sealer = await fieldSealer();
  const key = await issueKey(credentialId, folder);
  if (key === undefined) return null;
  return {
    access_key_id: key.accessKeyId,
    principal_id: key.principalId,
    secret_sealed: sealer.seal(key.secretAccessKey, keyPlace(credentialId)),
  };
}
