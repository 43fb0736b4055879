import { changeDocument, toPlanDocument } from '#plans/documents/plan-document.ts';
import * as routes from '#plans/documents/plan-documents.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.changePlanDocument, async ({ params, body, expectedVersion, tenantTx }) =>
  tenantTx(async (tx) => {
    const today = await todayOf(tx);
    return toPlanDocument(await changeDocument(tx, params.id, expectedVersion, body, today), today);
  }),
);
