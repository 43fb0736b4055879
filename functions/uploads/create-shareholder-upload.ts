import { http } from '#platform/http/http.ts';
import { receiveUpload } from '#uploads/intake/receive-upload.http.ts';
import { createShareholderUpload } from '#uploads/intake/uploads.routes.ts';

export const handler = http(createShareholderUpload, (request) => receiveUpload(request, 'shareholders'));
