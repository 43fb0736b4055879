import * as z from 'zod';
import { CHANGE_KINDS, controlledChange } from '#approvals/controlled-changes.ts';
import { findWaiting } from '#approvals/pending-change.ts';
import { decidesOn } from '#approvals/who-decides.ts';
import { BusMessage } from '#contracts/event-schemas.ts';
import { postApprovalWaiting } from '#identity/notices/post-notice.ts';
import { getSlug } from '#identity/tenants/tenant-slug.ts';
import { listOperators, listSecondPersons } from '#identity/users/second-persons.ts';
import type { TenantId } from '#kernel/ids.ts';
import { PERSON_ROLES } from '#kernel/roles.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { type Actor, tenantRead } from '#platform/db/tenant-tx.ts';
import { systemWrite } from '#platform/queue/system-write.ts';

/** A change that was proposed, off the bus. */
export const ProposedMessage = BusMessage.extend({
  'detail-type': z.literal('change.requested'),
  detail: BusMessage.shape.detail.extend({
    change_request_id: z.uuid(),
    kind: z.enum(CHANGE_KINDS),
    subject: z.object({ type: z.string(), id: z.string() }),
  }),
});

/** Deciders of one change who get a mail. Everybody finds it in the inbox. */
const MOST_TOLD = 20;

/**
 * Tells those who may decide on a change that it waits for them: the second persons of the tenant, or the operators where it has none. One that was
 * decided meanwhile needs nobody.
 */
export async function announceChange(actor: Actor, id: string): Promise<void> {
  const { tenantId } = actor;
  const found = await tenantRead(tenantId, async (read) => {
    const request = await findWaiting(read, id);
    if (request === undefined) return undefined;
    const decides = PERSON_ROLES.filter((role) => decidesOn(request.kind, role));
    const deciders = await listSecondPersons(read, request.requested_by, decides, MOST_TOLD);
    return { request, deciders, slug: await getSlug(read, tenantId) };
  });
  if (found === undefined) return;
  const { request, deciders, slug } = found;
  const change = controlledChange(request.kind).title;
  const waiting = { id, at: request.requested_at, change };
  if (deciders.length > 0) return tell(actor, deciders, waiting, `approvals/${id}`);
  if (tenantId === PLATFORM_TENANT_ID || !decidesOn(request.kind, 'OPERATOR')) return;
  const platform = PLATFORM_TENANT_ID as TenantId;
  const operators = await tenantRead(platform, (read) => listOperators(read, MOST_TOLD));
  const ofTenant = { ...waiting, change: `${change} of the tenant ${slug}` };
  await tell({ ...actor, tenantId: platform }, operators, ofTenant, `tenants/${tenantId}/approvals/${id}`);
}

async function tell(
  actor: Actor,
  deciders: readonly string[],
  waiting: Parameters<typeof postApprovalWaiting>[3],
  resource: string,
): Promise<void> {
  if (deciders.length === 0) return;
  await systemWrite(
    actor,
    async (tx) => {
      for (const decider of deciders) postApprovalWaiting(tx, actor.tenantId, decider, waiting);
      return deciders.length;
    },
    { audit: (told) => ({ action: 'change.announced', resource, payload: { told } }) },
  );
}
