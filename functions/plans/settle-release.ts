import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import * as routes from '#plans/releases/releases.routes.ts';
import { previewSettlement, proposeSettlement } from '#plans/releases/settle-release.ts';
import { http } from '#platform/http/http.ts';

const route = routes.settleRelease;

export const handler = http(
  route,
  ({ params, query, body, expectedVersion, principal, requestId, tenantTx }) => {
    const asked = { id: params.id, expectedVersion, security_class: body.security_class };
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      async (tx) =>
        answerOf(
          await (query.dry_run === true
            ? previewSettlement(tx, asked)
            : proposeSettlement(tx, asked, proposer)),
          (preview) => preview,
        ),
      entryOf(route.audit, () => `releases/${params.id}`),
    );
  },
);
