import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import * as routes from '#plans/partial-terminations/partial-terminations.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

const route = routes.proposePartialTermination;

export const handler = http(route, ({ query, body, principal, requestId, tenantTx }) => {
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => {
      // Loaded here: with the rules of vesting, the function’s code would be longer than a cold start may read.
      const { previewGroup, proposeGroup } = await import('#plans/partial-terminations/vest-group.ts');
      const today = await todayOf(tx);
      return answerOf(
        await (query.dry_run === true
          ? previewGroup(tx, body, today)
          : proposeGroup(tx, body, today, proposer)),
        (preview) => preview,
      );
    },
    entryOf(route.audit, () => 'partial-terminations'),
  );
});
