import { listReleases, toRelease } from '#plans/releases/release.repository.ts';
import * as routes from '#plans/releases/releases.routes.ts';
import { toPage } from '#platform/db/cursor.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listReleases, async ({ query, tenantRead }) =>
  toPage(await tenantRead((read) => listReleases(read, query)), query.limit, toRelease, ({ id }) => [id]),
);
