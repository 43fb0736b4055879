import { announceChange, ProposedMessage } from '#announcements/announce-change.ts';
import * as jobs from '#announcements/announcements.jobs.ts';
import { tellPayee } from '#announcements/tell-payee.ts';
import type { TenantId } from '#kernel/ids.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { systemActor } from '#platform/queue/system-actor.ts';

export const handler = consumer(jobs.announceChanges, ProposedMessage, async ({ message, requestId }) => {
  const { tenant_id, change_request_id, kind, subject } = message.detail;
  const actor = systemActor(tenant_id as TenantId, requestId, jobs.announceChanges);
  await announceChange(actor, change_request_id);
  if (kind === 'bank-account') await tellPayee(actor, change_request_id, subject.id);
});
