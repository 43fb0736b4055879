import { contributionReply } from '#plans/contribution-reply.ts';
import { reverseContribution } from '#plans/contributions.routes.ts';
import { planLock } from '#plans/plan.repository.ts';
import { reverse } from '#plans/record-contribution.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(reverseContribution, async ({ params, serializableTx }) =>
  serializableTx(async (tx) => contributionReply(await reverse(tx, params.id, params.contribution_id)), {
    lockFirst: planLock(params.id),
  }),
);
