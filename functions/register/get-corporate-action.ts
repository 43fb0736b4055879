import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findAction, toCorporateAction } from '#register/splits/corporate-action.repository.ts';
import * as routes from '#register/splits/corporate-actions.routes.ts';

export const handler = http(routes.getCorporateAction, async ({ params, tenantRead }) =>
  toCorporateAction(found(await tenantRead((read) => findAction(read, params.id)))),
);
