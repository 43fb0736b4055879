import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listActions, toCorporateAction } from '#register/splits/corporate-action.repository.ts';
import * as routes from '#register/splits/corporate-actions.routes.ts';

export const handler = http(routes.listCorporateActions, async ({ query, tenantRead }) =>
  toPage(await tenantRead((read) => listActions(read, query)), query.limit, toCorporateAction, ({ id }) => [
    id,
  ]),
);
