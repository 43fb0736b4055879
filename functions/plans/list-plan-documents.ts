import { listDocuments } from '#plans/documents/plan-document.repository.ts';
import { toPlanDocument } from '#plans/documents/plan-document.ts';
import * as routes from '#plans/documents/plan-documents.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listPlanDocuments, async ({ query, tenantRead }) => {
  const { rows, today } = await tenantRead(async (read) => ({
    rows: await listDocuments(read, query),
    today: await todayOf(read),
  }));
  return toPage(
    rows,
    query.limit,
    (row) => toPlanDocument(row, today),
    (row) => [row.id],
  );
});
