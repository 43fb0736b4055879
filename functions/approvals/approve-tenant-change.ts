import * as routes from '#approvals/approvals.routes.ts';
import { decideOn } from '#approvals/decide.http.ts';
import type { TenantId } from '#kernel/ids.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.approveTenantChange, async (request) => {
  // Loaded here: with them, the function’s code would be longer than a cold start may read.
  const { changeEffects } = await import('../../shared/change-effects.ts');
  const { requireFreshFactor } = await import('#identity/second-factor/require-fresh-factor.ts');
  await requireFreshFactor(request.principal);
  return decideOn(request, {
    id: request.params.approval,
    decision: 'APPROVED',
    effects: changeEffects,
    reason: request.body.reason,
    tenantId: request.params.id as TenantId,
  });
});
