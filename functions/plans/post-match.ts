import * as routes from '#plans/matching/matches.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.postMatch, async (request) => {
  const { params, query, body, requestId, expectedVersion, tenantTx } = request;
  const isDry = query.dry_run === true;
  const { matchRun } = await import('#plans/matching/post-match.ts');
  return tenantTx(
    async (tx) => {
      const today = await todayOf(tx);
      return matchRun(tx, params.id, body, { today, requestId, expectedVersion, isDry });
    },
    {
      action: isDry ? 'match.previewed' : 'match.posted',
      resource: () => `plan-documents/${params.id}`,
      payload: ({ pay_date, run_id, posted, unchanged, refused, total, currency }) => ({
        ...{ pay_date, run_id, posted, unchanged, refused, total, currency },
      }),
    },
  );
});
