import type { z } from 'zod';
import type { ProblemSlug } from '#contracts/problems.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { recordApart } from '#platform/db/tenant-tx.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { countSecurity } from '#platform/observability/security.ts';
import type { decideChanges } from './approvals.routes.ts';
import { decideOn } from './decide.http.ts';
import type { Decision, EffectsOfChanges } from './decide-change.ts';

type Request = HttpRequest<typeof decideChanges>;
type Item = Request['body']['items'][number];
type Outcome = z.infer<(typeof decideChanges)['response']>['data'][number];

/** An item that has not begun by then is left for another request: the function ends 9 s later. */
const BEGIN_WITHIN_MS = 20_000;

/** These are the whole request's: whoever meets one at one item would meet it at the next. */
const OF_THE_CALLER: ReadonlySet<ProblemSlug> = new Set([
  'unauthenticated',
  'tenant-suspended',
  'network-not-allowed',
  'too-many-requests',
]);

/**
 * Decides on several changes, each in a transaction of its own.
 * @throws DomainError `unauthenticated`, `tenant-suspended`, `network-not-allowed`, also after some were decided; these stay so
 */
export async function decideOnSeveral(
  request: Request,
  effects: EffectsOfChanges,
): Promise<z.infer<(typeof decideChanges)['response']>> {
  const { decision, reason, items } = request.body;
  const deciding = { decision: decision === 'APPROVE' ? 'APPROVED' : 'DENIED', effects, reason } as const;
  const startedMs = performance.now();
  const data: Outcome[] = [];
  for (const item of items) {
    const isLate = performance.now() - startedMs > BEGIN_WITHIN_MS;
    data.push(await (isLate ? refused(item, outOfTime()) : outcomeOf(request, item, deciding)));
  }
  const decided = data.filter(({ status }) => status === 200).length;
  const answer = { decided, refused: data.length - decided, data };
  return request.tenantTx(async () => answer, {
    resource: () => 'approvals',
    payload: { decision, decided, refused: data.length - decided },
  });
}

async function outcomeOf(
  { actor, principal, tenantTx }: Request,
  item: Item,
  deciding: { decision: Decision; effects: EffectsOfChanges; reason: string | undefined },
): Promise<Outcome> {
  try {
    const as = { actor, principal, tenantTx, expectedVersion: item.version };
    const change_request = await decideOn(as, { ...deciding, id: item.id, isPart: true });
    return { id: item.id, status: 200, change_request, problem: null };
  } catch (error) {
    if (!(error instanceof DomainError) || OF_THE_CALLER.has(error.slug)) throw error;
    if (error.slug === 'four-eyes') {
      countSecurity('access.denied');
      await recordApart(actor, {
        action: 'access.denied',
        resource: 'decideChanges',
        payload: { change_request_id: item.id },
        problem: error.slug,
      });
    }
    return refused(item, error);
  }
}

/** The registry of problems is loaded by the requests that meet one. */
async function refused({ id }: Item, error: DomainError): Promise<Outcome> {
  const { refusedItem } = await import('./refused-item.ts');
  return refusedItem(id, error);
}

function outOfTime(): DomainError {
  return new DomainError('temporarily-unavailable', 'There was no time for it. Send it again.');
}
