import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { completeParts } from '#platform/storage/presigned.ts';
import { toUpload } from '#uploads/intake/upload-answer.ts';
import * as routes from '#uploads/intake/uploads.routes.ts';
import { findUpload, getMultipartId } from '#uploads/upload.repository.ts';

export const handler = http(routes.completeUpload, async ({ params, body, tenantRead, tenantTx }) => {
  const upload = found(await tenantRead((read) => findUpload(read, params.id)));
  const file = {
    key: upload.object_key,
    multipartId: getMultipartId(upload),
    bytes: Number(upload.bytes_total),
  };
  await completeParts(file, body.parts);
  return tenantTx(async (tx) => toUpload(found(await findUpload(tx, params.id))));
});
