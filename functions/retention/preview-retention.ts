import { http } from '#platform/http/http.ts';
import { nextRunDay, preview } from '#retention/preview.ts';
import * as routes from '#retention/retention.routes.ts';

export const handler = http(routes.previewRetention, ({ body, tenantRead }) =>
  tenantRead((read) => preview(read, body.as_of ?? nextRunDay(new Date()))),
);
