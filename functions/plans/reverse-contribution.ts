import { toContribution } from '#plans/contributions/contribution.repository.ts';
import { contributionPath } from '#plans/contributions/contribution-path.ts';
import * as routes from '#plans/contributions/contributions.routes.ts';
import { reverse } from '#plans/contributions/record-contribution.ts';
import { planLock } from '#plans/plan.repository.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.reverseContribution, async ({ params, serializableTx }) =>
  serializableTx(
    async (tx) => {
      const row = await reverse(tx, params.id, params.contribution_id);
      return reply(toContribution(row), { headers: { location: contributionPath(row) } });
    },
    {
      lockFirst: planLock(params.id),
    },
  ),
);
