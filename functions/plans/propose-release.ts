import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { previewRelease, proposeRun } from '#plans/releases/propose-release.ts';
import * as routes from '#plans/releases/releases.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

const route = routes.proposeRelease;

export const handler = http(route, ({ query, body, principal, requestId, tenantTx }) => {
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => {
      const today = await todayOf(tx);
      return answerOf(
        await (query.dry_run === true
          ? previewRelease(tx, body, today)
          : proposeRun(tx, body, today, proposer)),
        (preview) => preview,
      );
    },
    entryOf(route.audit, () => 'releases'),
  );
});
