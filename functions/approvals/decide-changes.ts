import * as routes from '#approvals/approvals.routes.ts';
import { decideOnSeveral } from '#approvals/decide-several.http.ts';
import { http } from '#platform/http/http.ts';
import { changeEffects } from '../../shared/change-effects.ts';

export const handler = http(routes.decideChanges, (request) => decideOnSeveral(request, changeEffects));
