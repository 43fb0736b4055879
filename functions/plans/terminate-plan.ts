import { dayOf } from '#kernel/calendar.ts';
import { terminate } from '#plans/change-vesting.ts';
import { planLock, toPlan } from '#plans/plan.repository.ts';
import * as routes from '#plans/plans.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.terminatePlan,
  async ({ params, body, expectedVersion, serializableTx }) => {
    const today = dayOf(new Date());
    return serializableTx(
      async (tx) =>
        toPlan(await terminate(tx, params.id, expectedVersion, body.terminated_on ?? today, today)),
      { lockFirst: planLock(params.id) },
    );
  },
);
