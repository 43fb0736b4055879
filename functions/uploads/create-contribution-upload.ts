import { http } from '#platform/http/http.ts';
import { receiveUpload } from '#uploads/receive-upload.ts';
import { createContributionUpload } from '#uploads/uploads.routes.ts';

export const handler = http(createContributionUpload, (request) => receiveUpload(request, 'contributions'));
