import { toContribution } from '#plans/contributions/contribution.repository.ts';
import * as routes from '#plans/contributions/contributions.routes.ts';
import { reverse } from '#plans/contributions/record-contribution.ts';
import { planLock } from '#plans/plan.repository.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.reverseContribution, async ({ params, serializableTx }) =>
  serializableTx(
    async (tx) => toContribution(await reverse(tx, params.id, params.contribution_id, await todayOf(tx))),
    { lockFirst: planLock(params.id) },
  ),
);
