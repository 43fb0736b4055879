import { http } from '#platform/http/http.ts';
import { receiveUpload } from '#uploads/intake/receive-upload.http.ts';
import { createContributionUpload } from '#uploads/intake/uploads.routes.ts';

export const handler = http(createContributionUpload, (request) => receiveUpload(request, 'contributions'));
