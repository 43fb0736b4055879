import * as routes from '#approvals/approvals.routes.ts';
import { decideOn } from '#approvals/decide.http.ts';
import type { TenantId } from '#kernel/ids.ts';
import { http } from '#platform/http/http.ts';
import { changeEffects } from '../../shared/change-effects.ts';

export const handler = http(routes.approveTenantChange, async (request) => {
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
