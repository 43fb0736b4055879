import * as routes from '#plans/grants/first-grant.routes.ts';
import { grantFirst } from '#plans/grants/grant-first.ts';
import { planLock } from '#plans/plan.repository.ts';
import { toPlan } from '#plans/plan-answer.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.grantShares, async ({ params, body, expectedVersion, serializableTx }) =>
  serializableTx(
    async (tx) => toPlan(await grantFirst(tx, params.id, expectedVersion, body, await todayOf(tx))),
    {
      lockFirst: planLock(params.id),
    },
  ),
);
