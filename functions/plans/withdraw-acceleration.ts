import { withdrawAcceleration } from '#plans/change-vesting.ts';
import { planLock } from '#plans/plan.repository.ts';
import { toPlan } from '#plans/plan-answer.ts';
import * as routes from '#plans/plan-changes.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.withdrawAcceleration,
  async ({ params, expectedVersion, serializableTx }) =>
    serializableTx(
      async (tx) => toPlan(await withdrawAcceleration(tx, params, expectedVersion, await todayOf(tx))),
      { lockFirst: planLock(params.id) },
    ),
);
