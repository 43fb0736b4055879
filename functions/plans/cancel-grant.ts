import * as routes from '#plans/grants/cancel-grant.routes.ts';
import { cancel } from '#plans/grants/cancel-grant.ts';
import { toGrant } from '#plans/grants/grant.repository.ts';
import { planLock } from '#plans/plan.repository.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.cancelGrant, ({ params, body, expectedVersion, serializableTx }) =>
  serializableTx(async (tx) => toGrant(await cancel(tx, params, expectedVersion, body, await todayOf(tx))), {
    lockFirst: planLock(params.id),
  }),
);
