import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { proposeAdjustment } from '#dividends/adjust-entitlement.ts';
import * as routes from '#dividends/adjustments.routes.ts';
import { http } from '#platform/http/http.ts';

const route = routes.adjustDividend;

export const handler = http(
  route,
  ({ params, body, headers, expectedVersion, principal, requestId, tenantTx }) => {
    const key = headers.get('idempotency-key')?.[0] ?? '';
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      async (tx) =>
        answerOf(
          await proposeAdjustment(tx, params.id, body, { key, expectedVersion, proposer }),
          (none: never) => none,
        ),
      entryOf(route.audit, () => `dividends/${params.id}`),
    );
  },
);
