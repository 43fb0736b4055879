import * as routes from '#approvals/approvals.routes.ts';
import { decideOn } from '#approvals/decide.http.ts';
import type { TenantId } from '#kernel/ids.ts';
import { http } from '#platform/http/http.ts';
import { changeEffects } from '../../shared/change-effects.ts';

export const handler = http(routes.denyTenantChange, (request) =>
  decideOn(request, {
    id: request.params.approval,
    decision: 'DENIED',
    effects: changeEffects,
    reason: request.body.reason,
    tenantId: request.params.id as TenantId,
  }),
);
