import { http } from '#platform/http/http.ts';
import { declareClass } from '#register/classes/declare-class.ts';
import { toSecurityClass } from '#register/classes/security-class.repository.ts';
import * as routes from '#register/classes/security-classes.routes.ts';

export const handler = http(routes.declareSecurityClass, ({ body, tenantTx }) =>
  tenantTx(async (tx) => toSecurityClass(await declareClass(tx, body)), {
    resource: ({ code }) => `security-classes/${code}`,
  }),
);
