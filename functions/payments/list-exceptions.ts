import { findExceptions } from '#payments/exceptions/exception.repository.ts';
import * as routes from '#payments/exceptions/exceptions.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listExceptions, async ({ query, tenantRead }) => {
  const rows = await tenantRead((read) => findExceptions(read, query));
  // Loaded here: with the routes that end exceptions, the function’s code would be longer than a cold start may read.
  const { toException } = await import('#payments/exceptions/shown-exception.ts');
  return toPage(rows, query.limit, toException, (row) => [row.id]);
});
