import { dayOf } from '#kernel/calendar.ts';
import { enroll } from '#plans/enroll.ts';
import { toPlan } from '#plans/plan.repository.ts';
import * as routes from '#plans/plans.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.enrollPlan, async ({ body, principal, serializableTx }) => {
  const today = dayOf(new Date());
  return serializableTx(async (tx) => toPlan(await enroll(tx, body, today, principal.actorId)));
});
