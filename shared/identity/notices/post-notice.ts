import { createHash } from 'node:crypto';
import { type TenantId, uuidV7, uuidV8 } from '#kernel/ids.ts';
import { originOfRequest } from '#platform/db/origin.ts';
import { command, type TenantTx } from '#platform/db/tenant-tx.ts';
import type { NoticeKind, NoticeMessage } from './notice-message.ts';
import { postNotices } from './notices.jobs.ts';

/** Has a user told of something by mail, once the transaction is committed. */
export function postNotice(
  tx: TenantTx,
  tenantId: TenantId,
  userId: string,
  kind: NoticeKind,
  sessionId?: string,
): void {
  const about = { tenant_id: tenantId, notice_id: uuidV7(), user_id: userId, kind };
  const of = sessionId === undefined ? {} : { session_id: sessionId };
  send(tx, { type: 'notice', ...about, at: new Date().toISOString(), ...of });
}

/** Has a user told that a change waits for them: once, however often it is asked for. */
export function postApprovalWaiting(
  tx: TenantTx,
  tenantId: TenantId,
  userId: string,
  waiting: { readonly id: string; readonly at: Date; readonly change: string },
): void {
  const notice_id = uuidV8(createHash('sha256').update(`${waiting.id}/${userId}`).digest());
  const about = { tenant_id: tenantId, notice_id, user_id: userId, kind: 'approval-waiting' } as const;
  send(tx, { type: 'notice', ...about, at: waiting.at.toISOString(), change: waiting.change });
}

/** Has a user sent a link by which they set a password: their first one, or another. */
export function postLink(tx: TenantTx, tenantId: TenantId, userId: string): void {
  send(tx, { type: 'link', tenant_id: tenantId, notice_id: uuidV7(), user_id: userId });
}

/** Has whoever has the account sent a link, if somebody has it. */
export function postReset(
  tx: TenantTx,
  request: { readonly tenant_id: string; readonly notice_id: string; readonly sealed: string },
): void {
  send(tx, { type: 'reset', ...request });
}

/** An environment without a domain of its own is reached at the address of this request; the function that writes the mail has none. */
function send(tx: TenantTx, message: NoticeMessage): void {
  const reached = originOfRequest()?.reached;
  command(tx, {
    type: 'message.send',
    queue: postNotices.queue,
    message: { ...message, ...(reached === undefined ? {} : { reached }) },
  });
}
