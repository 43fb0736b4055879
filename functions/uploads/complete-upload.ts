import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';
import { completeParts } from '#platform/storage/presigned.ts';
import { findUpload, getMultipartId } from '#uploads/upload.repository.ts';
import { toUpload, uploadLocation } from '#uploads/upload-answer.ts';
import { completeUpload } from '#uploads/uploads.routes.ts';

export const handler = http(completeUpload, async ({ params, body, tenantRead, tenantTx }) => {
  const upload = found(await tenantRead((read) => findUpload(read, params.id)));
  await completeParts(upload.object_key, getMultipartId(upload), body.parts);
  return tenantTx(async (tx) =>
    reply(toUpload(found(await findUpload(tx, params.id))), {
      headers: { location: uploadLocation(upload.id) },
    }),
  );
});
