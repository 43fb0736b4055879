import { accelerate } from '#plans/change-vesting.ts';
import { planLock } from '#plans/plan.repository.ts';
import { toPlan } from '#plans/plan-answer.ts';
import * as routes from '#plans/plan-changes.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.acceleratePlan,
  async ({ params, body, expectedVersion, serializableTx }) =>
    serializableTx(
      async (tx) => toPlan(await accelerate(tx, params.id, expectedVersion, body, await todayOf(tx))),
      {
        lockFirst: planLock(params.id),
      },
    ),
);
