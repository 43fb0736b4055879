import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { presentUpload } from '#uploads/intake/present-upload.http.ts';
import * as routes from '#uploads/intake/uploads.routes.ts';
import { findUpload } from '#uploads/upload.repository.ts';

export const handler = http(routes.getUpload, async ({ actor, params, tenantRead }) =>
  presentUpload(found(await tenantRead((read) => findUpload(read, params.id))), actor),
);
