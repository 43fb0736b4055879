import { dayOf } from '#kernel/calendar.ts';
import * as routes from '#plans/vesting/vesting.routes.ts';
import { whatIf } from '#plans/vesting/what-if.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.calculateVesting, async ({ body }) =>
  whatIf(body, body.as_of ?? dayOf(new Date())),
);
