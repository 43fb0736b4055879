import { contributionReply } from '#plans/contributions/contribution-reply.ts';
import { reverseContribution } from '#plans/contributions/contributions.routes.ts';
import { reverse } from '#plans/contributions/record-contribution.ts';
import { planLock } from '#plans/plan.repository.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(reverseContribution, async ({ params, serializableTx }) =>
  serializableTx(async (tx) => contributionReply(await reverse(tx, params.id, params.contribution_id)), {
    lockFirst: planLock(params.id),
  }),
);
