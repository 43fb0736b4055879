import { http } from '#platform/http/http.ts';
import { present } from '#platform/http/present.ts';
import * as routes from '#uploads/intake/ballot-uploads.routes.ts';
import { withUrls } from '#uploads/intake/offer-upload.http.ts';
import { receiveUpload } from '#uploads/intake/receive-upload.http.ts';

export const handler = http(
  routes.createBallotUpload,
  (request) => receiveUpload(request, 'ballots', { query: request.query, body: request.body }),
  present(withUrls),
);
