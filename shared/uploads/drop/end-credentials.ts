import type { TenantId } from '#kernel/ids.ts';
import { noEffect } from '#platform/db/no-effect.ts';
import { systemTx } from '#platform/db/system-tx.ts';
import type { Firing } from '#platform/queue/scheduled.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { systemWrite } from '#platform/queue/system-write.ts';
import { endDropCredentials, issueDropKeys } from '#uploads/uploads.jobs.ts';
import { listOpenCredentials, type OpenCredential, setEnded } from './drop-credential.repository.ts';
import { keyMessage } from './drop-key-message.ts';

const REASON = 'drop credentials of every tenant';
const AT_ONCE = 200;
/** Stops in time to send what was found. */
const MARGIN_MS = 10_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Ends credentials that have expired, that nobody has looked at, or whose owner may upload no more; and asks again for every key that was not
 * issued or removed, since its message must be lost.
 */
export async function endCredentials({ time, requestId, remainingMs }: Firing): Promise<{ found: number }> {
  let count = 0;
  for (let after = FIRST_ID; remainingMs() > MARGIN_MS; ) {
    const start = after;
    const open = await systemTx(REASON, (tx) => listOpenCredentials(tx, time, start, AT_ONCE));
    for (const credential of open) if (credential.ends !== null) await end(credential, requestId);
    const messages = open.map((one) =>
      keyMessage(one, one.state === 'ISSUING' && one.ends === null ? 'KEY' : 'NONE'),
    );
    await sendMessages(issueDropKeys.queue, messages, requestId);
    count += open.length;
    const last = open.at(-1);
    if (last === undefined || open.length < AT_ONCE) break;
    after = last.id;
  }
  return { found: count };
}

async function end({ id, tenant_id, ends }: OpenCredential, requestId: string): Promise<void> {
  if (ends === null) return;
  await systemWrite(
    systemActor(tenant_id as TenantId, requestId, endDropCredentials),
    async (tx) => ((await setEnded(tx, id, ends)) === undefined ? noEffect(undefined) : undefined),
    {
      audit: () => ({
        action: ends === 'EXPIRED' ? 'drop-credential.expired' : 'drop-credential.revoked',
        resource: `drop-credentials/${id}`,
        payload: {},
      }),
    },
  );
}
