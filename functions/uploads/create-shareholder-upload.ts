import { http } from '#platform/http/http.ts';
import { present } from '#platform/http/present.ts';
import { withUrls } from '#uploads/intake/offer-upload.http.ts';
import { receiveUpload } from '#uploads/intake/receive-upload.http.ts';
import * as routes from '#uploads/intake/uploads.routes.ts';

export const handler = http(
  routes.createShareholderUpload,
  (request) => receiveUpload(request, 'shareholders', { query: request.query, body: request.body }),
  present(withUrls),
);
