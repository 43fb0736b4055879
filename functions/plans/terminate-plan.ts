import { terminate } from '#plans/change-vesting.ts';
import { planLock, toPlan } from '#plans/plan.repository.ts';
import * as routes from '#plans/plans.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.terminatePlan, async ({ params, body, expectedVersion, serializableTx }) =>
  serializableTx(
    async (tx) => {
      const today = await todayOf(tx);
      return toPlan(await terminate(tx, params.id, expectedVersion, body.terminated_on ?? today, today));
    },
    { lockFirst: planLock(params.id) },
  ),
);
