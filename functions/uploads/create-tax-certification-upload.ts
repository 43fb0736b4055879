import { http } from '#platform/http/http.ts';
import { present } from '#platform/http/present.ts';
import { withUrls } from '#uploads/intake/offer-upload.http.ts';
import * as routes from '#uploads/intake/payee-uploads.routes.ts';
import { receiveUpload } from '#uploads/intake/receive-upload.http.ts';

export const handler = http(
  routes.createTaxCertificationUpload,
  (request) => receiveUpload(request, 'tax-certifications', { query: request.query, body: request.body }),
  present(withUrls),
);
