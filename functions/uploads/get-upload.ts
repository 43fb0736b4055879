import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { findUpload } from '#uploads/upload.repository.ts';
import { presentUpload } from '#uploads/upload-answer.ts';
import { getUpload } from '#uploads/uploads.routes.ts';

export const handler = http(getUpload, async ({ params, tenantRead }) =>
  presentUpload(found(await tenantRead((read) => findUpload(read, params.id)))),
);
