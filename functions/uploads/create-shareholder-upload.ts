import { http } from '#platform/http/http.ts';
import { receiveUpload } from '#uploads/receive-upload.ts';
import { createShareholderUpload } from '#uploads/uploads.routes.ts';

export const handler = http(createShareholderUpload, (request) => receiveUpload(request, 'shareholders'));
