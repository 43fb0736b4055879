import type { z } from 'zod';
import type { AuditAction } from '#contracts/audit-actions.ts';
import { linkTo } from '#contracts/links.ts';
import { isReply, type Reply, reply } from '#platform/http/reply.ts';
import { getApproval } from './approval.routes.ts';
import type { ChangeRequest } from './change-request.ts';
import { Waiting } from './propose-change.ts';

type Waits = Reply<z.infer<typeof ChangeRequest>>;

/** Answers what a change has made, or 202 with the request that waits in place of it. */
export function answerOf<T, B>(outcome: T | Waiting, toBody: (made: T) => B): B | Waits {
  if (!(outcome instanceof Waiting)) return toBody(outcome);
  const { request } = outcome;
  return reply(request, {
    status: 202,
    headers: { location: String(linkTo(getApproval, { id: request.id })) },
  });
}

/** The audit entry of a controlled route: of what was done, or of the request for it. */
export function entryOf<B>(action: AuditAction, resource: (made: Exclude<B, Reply<unknown>>) => string) {
  return {
    action: (answer: B): AuditAction => (isReply(answer) ? 'change.requested' : action),
    resource: (answer: B): string =>
      isReply(answer)
        ? `approvals/${(answer.body as { id: string }).id}`
        : resource(answer as Exclude<B, Reply<unknown>>),
  };
}
