import * as z from 'zod';
import { announceChange, ProposedMessage } from '#announcements/announce-change.ts';
import * as jobs from '#announcements/announcements.jobs.ts';
import { LoadedMessage, tellPayee, tellPayees } from '#announcements/tell-payee.ts';
import type { TenantId } from '#kernel/ids.ts';
import { consumer } from '#platform/queue/consumer.ts';
import { systemActor } from '#platform/queue/system-actor.ts';

const Message = z.discriminatedUnion('detail-type', [ProposedMessage, LoadedMessage]);

export const handler = consumer(jobs.announceChanges, Message, async ({ message, requestId }) => {
  const actor = systemActor(message.detail.tenant_id as TenantId, requestId, jobs.announceChanges);
  if (message['detail-type'] === 'upload.completed') return tellPayees(actor, message, requestId);
  const { change_request_id, kind, subject } = message.detail;
  await announceChange(actor, change_request_id);
  if (kind === 'bank-account') await tellPayee(actor, change_request_id, subject.id);
});
