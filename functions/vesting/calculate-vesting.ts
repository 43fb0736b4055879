import { dayOf } from '#plans/calendar-days.ts';
import { http } from '#platform/http/http.ts';
import { calculateVesting } from '#vesting/vesting.routes.ts';
import { whatIf } from '#vesting/what-if.ts';

export const handler = http(calculateVesting, async ({ body }) =>
  whatIf(body, body.as_of ?? dayOf(new Date())),
);
