import * as z from 'zod';
import { CHANGE_KINDS, controlledChange } from '#approvals/controlled-changes.ts';
import { findWaiting } from '#approvals/pending-change.ts';
import { decidesOn } from '#approvals/who-decides.ts';
import { BusMessage } from '#contracts/event-schemas.ts';
import { postApprovalWaiting } from '#identity/notices/post-notice.ts';
import { listSecondPersons } from '#identity/users/second-persons.ts';
import { PERSON_ROLES } from '#kernel/roles.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { systemWrite } from '#platform/queue/system-write.ts';

/** A change that was proposed, off the bus. */
export const ProposedMessage = BusMessage.extend({
  detail: BusMessage.shape.detail.extend({
    change_request_id: z.uuid(),
    kind: z.enum(CHANGE_KINDS),
    subject: z.object({ type: z.string(), id: z.string() }),
  }),
});

/** Deciders of one change who get a mail. Everybody finds it in the inbox. */
const MOST_TOLD = 20;

/** Tells those who may decide on a change that it waits for them. One that was decided meanwhile needs nobody. */
export async function announceChange(actor: Actor, id: string): Promise<void> {
  const { tenantId } = actor;
  const found = await tenantRead(tenantId, async (read) => {
    const request = await findWaiting(read, id);
    if (request === undefined) return undefined;
    const decides = PERSON_ROLES.filter((role) => decidesOn(request.kind, role));
    return { request, deciders: await listSecondPersons(read, request.requested_by, decides, MOST_TOLD) };
  });
  if (found === undefined || found.deciders.length === 0) return;
  const { request, deciders } = found;
  const waiting = { id, at: request.requested_at, change: controlledChange(request.kind).title };
  await systemWrite(
    actor,
    async (tx) => {
      for (const decider of deciders) postApprovalWaiting(tx, tenantId, decider, waiting);
      return deciders.length;
    },
    { audit: (told) => ({ action: 'change.announced', resource: `approvals/${id}`, payload: { told } }) },
  );
}
