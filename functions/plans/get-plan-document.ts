import { findDocument } from '#plans/documents/plan-document.repository.ts';
import { toPlanDocument } from '#plans/documents/plan-document.ts';
import * as routes from '#plans/documents/plan-documents.routes.ts';
import { found } from '#platform/db/found.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getPlanDocument, async ({ params, tenantRead }) =>
  tenantRead(async (read) => toPlanDocument(found(await findDocument(read, params.id)), await todayOf(read))),
);
