import { findExceptions, toException } from '#payments/exceptions/exception.repository.ts';
import * as routes from '#payments/exceptions/exceptions.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listExceptions, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => findExceptions(read, query));
  return toPage(rows, query.limit, toException, (row) => [row.id]);
});
