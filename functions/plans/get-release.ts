import { findRelease, toRelease } from '#plans/releases/release.repository.ts';
import * as routes from '#plans/releases/releases.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getRelease, async ({ params, tenantRead }) =>
  toRelease(found(await tenantRead((read) => findRelease(read, params.id)))),
);
