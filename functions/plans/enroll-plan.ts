import { enroll } from '#plans/enroll.ts';
import * as routes from '#plans/enrolment.routes.ts';
import { toPlan } from '#plans/plan-answer.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.enrollPlan, async ({ body, principal, serializableTx }) =>
  serializableTx(async (tx) => toPlan(await enroll(tx, body, await todayOf(tx), principal.actorId))),
);
