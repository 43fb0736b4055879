import { terminate } from '#plans/end-plan.ts';
import { planLock } from '#plans/plan.repository.ts';
import { toPlan } from '#plans/plan-answer.ts';
import * as routes from '#plans/plan-end.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.terminatePlan, async ({ params, body, expectedVersion, serializableTx }) =>
  serializableTx(
    async (tx) => toPlan(await terminate(tx, params.id, expectedVersion, body, await todayOf(tx))),
    { lockFirst: planLock(params.id) },
  ),
);
