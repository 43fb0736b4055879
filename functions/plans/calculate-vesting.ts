import * as routes from '#plans/vesting/vesting.routes.ts';
import { whatIf } from '#plans/vesting/what-if.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.calculateVesting, async ({ body, tenantRead }) =>
  whatIf(body, body.as_of ?? (await tenantRead(todayOf))),
);
