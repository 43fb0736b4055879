import type { z } from 'zod';
import type { TenantId } from '#kernel/ids.ts';
import { actingOn, type HttpRequest } from '#platform/http/http.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import type { ChangeRequest } from './approvals.routes.ts';
import { toChangeRequest } from './change-request.repository.ts';
import { controlledChange } from './controlled-changes.ts';
import { type AfterCommit, type Decision, decideChange, type EffectsOfChanges } from './decide-change.ts';

type Request = Pick<HttpRequest<RouteSpec>, 'actor' | 'expectedVersion' | 'principal' | 'tenantTx'>;

const ACTIONS = {
  APPROVED: 'change.approved',
  DENIED: 'change.denied',
  WITHDRAWN: 'change.withdrawn',
} as const;

interface Deciding {
  readonly id: string;
  readonly decision: Decision;
  readonly effects: EffectsOfChanges;
  readonly reason?: string | undefined;
  /** The tenant on which an operator decides. @default the caller's */
  readonly tenantId?: TenantId;
}

/** Answers a request that decides on a change; the audit entry names both persons, and the change. */
export async function decideOn(
  { actor, expectedVersion, principal, tenantTx }: Request,
  { id, decision, effects, reason, tenantId }: Deciding,
): Promise<z.infer<typeof ChangeRequest>> {
  const decider = { actorId: principal.actorId, role: principal.actorRole };
  const payload: Record<string, unknown> = {};
  let afterCommit: AfterCommit | undefined;
  const answer = await tenantTx(
    async (tx) => {
      const decided = await decideChange(tx, id, decision, decider, {
        effects,
        reason: reason ?? null,
        expectedVersion,
      });
      afterCommit = decided.afterCommit;
      const shown = toChangeRequest(decided.request);
      const { kind, subject, requested_by, before, after } = shown;
      Object.assign(payload, { kind, subject, requested_by, before, after });
      return shown;
    },
    {
      action: ({ kind }) =>
        (decision === 'WITHDRAWN' ? undefined : controlledChange(kind).audit?.[decision]) ??
        ACTIONS[decision],
      resource: () => `approvals/${id}`,
      payload,
      ...(tenantId === undefined ? {} : { actor: actingOn(actor, tenantId) }),
    },
  );
  await afterCommit?.();
  return answer;
}
