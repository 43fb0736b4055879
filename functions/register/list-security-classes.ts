import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';
import { listClasses, toSecurityClass } from '#register/classes/security-class.repository.ts';
import * as routes from '#register/classes/security-classes.routes.ts';

export const handler = http(routes.listSecurityClasses, async ({ query, tenantRead }) =>
  toPage(await tenantRead((read) => listClasses(read, query)), query.limit, toSecurityClass, ({ code }) => [
    code,
  ]),
);
