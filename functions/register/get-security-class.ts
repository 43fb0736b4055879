import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findClass, toSecurityClass } from '#register/classes/security-class.repository.ts';
import * as routes from '#register/classes/security-classes.routes.ts';

export const handler = http(routes.getSecurityClass, async ({ params, tenantRead }) =>
  toSecurityClass(found(await tenantRead((read) => findClass(read, params.code)))),
);
