import type { z } from 'zod';
import type { TenantId } from '#kernel/ids.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { actingOn, type HttpRequest, type WriteOptions } from '#platform/http/http.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import { toChangeRequest } from './change-request.repository.ts';
import type { ChangeRequest } from './change-request.ts';
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
  /** One of several decisions of the request. @default false */
  readonly isPart?: boolean;
}

interface Decided<T> {
  readonly answer: T;
  readonly afterCommit: AfterCommit | undefined;
}

/** Runs a transaction that decides and, once it is committed, what follows from the decision. */
export async function inDecision<T>(
  tenantTx: Request['tenantTx'],
  decide: (tx: TenantTx) => Promise<Decided<T>>,
  options: WriteOptions<T> = {},
): Promise<T> {
  let afterCommit: AfterCommit | undefined;
  const answer = await tenantTx(async (tx) => {
    const decided = await decide(tx);
    afterCommit = decided.afterCommit;
    return decided.answer;
  }, options);
  await afterCommit?.();
  return answer;
}

/** Answers a request that decides on a change; the audit entry names both persons, and the change. */
export function decideOn(
  { actor, expectedVersion, principal, tenantTx }: Request,
  { id, decision, effects, reason, tenantId, isPart = false }: Deciding,
): Promise<z.infer<typeof ChangeRequest>> {
  const decider = {
    actorId: principal.actorId,
    role: principal.actorRole,
    fromOutside: tenantId !== undefined,
    forSuspended: principal.acts !== undefined,
  };
  return inDecision<z.infer<typeof ChangeRequest>>(
    tenantTx,
    async (tx) => {
      const { request, afterCommit } = await decideChange(tx, id, decision, decider, {
        effects,
        reason: reason ?? null,
        expectedVersion,
      });
      return { answer: toChangeRequest(request), afterCommit };
    },
    {
      action: ({ kind }) =>
        (decision === 'WITHDRAWN' ? undefined : controlledChange(kind).audit?.[decision]) ??
        ACTIONS[decision],
      resource: () => `approvals/${id}`,
      payload: ({ kind, subject, requested_by, before, after }) => ({
        kind,
        subject,
        requested_by,
        before,
        after,
      }),
      isPart,
      ...(tenantId === undefined ? {} : { actor: actingOn(actor, tenantId) }),
    },
  );
}
