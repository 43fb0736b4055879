import { http } from '#platform/http/http.ts';
import { nextRunDay, preview } from '#retention/preview.ts';
import { previewRetention } from '#retention/retention.routes.ts';

export const handler = http(previewRetention, ({ body, tenantRead }) =>
  tenantRead((read) => preview(read, body.as_of ?? nextRunDay(new Date()))),
);
