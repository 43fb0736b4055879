import { sorted, toSortedPage } from '#platform/db/sorted.ts';
import { http } from '#platform/http/http.ts';
import { listActions, toCorporateAction } from '#register/splits/corporate-action.repository.ts';
import * as routes from '#register/splits/corporate-actions.routes.ts';

export const handler = http(routes.listCorporateActions, async ({ query, tenantRead }) =>
  toSortedPage(
    routes.CORPORATE_ACTION_SORTS,
    query,
    await tenantRead((read) => listActions(read, query, sorted(routes.CORPORATE_ACTION_SORTS, query))),
    toCorporateAction,
  ),
);
