import * as routes from '#approvals/approvals.routes.ts';
import { http } from '#platform/http/http.ts';
import { changeEffects } from '../../shared/change-effects.ts';

export const handler = http(routes.decideChanges, async (request) => {
  if (request.body.decision === 'APPROVE') {
    const { requireFreshFactor } = await import('#identity/second-factor/require-fresh-factor.ts');
    await requireFreshFactor(request.principal);
  }
  const { decideOnSeveral } = await import('#approvals/decide-several.http.ts');
  return decideOnSeveral(request, changeEffects);
});
