import * as routes from '#approvals/approvals.routes.ts';
import { decideOn } from '#approvals/decide.http.ts';
import { http } from '#platform/http/http.ts';
import { changeEffects } from '../../shared/change-effects.ts';

export const handler = http(routes.approveChange, (request) =>
  decideOn(request, {
    id: request.params.id,
    decision: 'APPROVED',
    effects: changeEffects,
    reason: request.body.reason,
  }),
);
