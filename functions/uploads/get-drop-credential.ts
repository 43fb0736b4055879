import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findCredential, toDropCredential } from '#uploads/drop/drop-credential.repository.ts';
import * as routes from '#uploads/drop/drop-credentials.routes.ts';

export const handler = http(routes.getDropCredential, async ({ params, tenantRead }) =>
  toDropCredential(found(await tenantRead((read) => findCredential(read, params.id)))),
);
