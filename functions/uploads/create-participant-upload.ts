import { http } from '#platform/http/http.ts';
import { present } from '#platform/http/present.ts';
import { withUrls } from '#uploads/intake/offer-upload.http.ts';
import * as routes from '#uploads/intake/participant-uploads.routes.ts';
import { receiveUpload } from '#uploads/intake/receive-upload.http.ts';

export const handler = http(
  routes.createParticipantUpload,
  (request) => receiveUpload(request, 'participants', { query: request.query, body: request.body }),
  present(withUrls),
);
