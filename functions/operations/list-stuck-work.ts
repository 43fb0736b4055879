import * as routes from '#operations/operations.routes.ts';
import { listStuckWork } from '#payments/execution/stuck-work.ts';
import { now } from '#platform/clock.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.listStuckWork, async ({ query }) => ({
  data: (await listStuckWork(now(), query.limit)).map(({ since, ...work }) => ({
    ...work,
    since: since.toISOString(),
  })),
}));
