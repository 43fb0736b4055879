import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import * as routes from '#register/splits/corporate-actions.routes.ts';
import { previewSplit, proposeSplit, termsOf } from '#register/splits/propose-split.ts';

const route = routes.proposeCorporateAction;

export const handler = http(route, ({ query, body, principal, requestId, tenantTx }) => {
  const { terms, cash } = termsOf(body);
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) =>
      answerOf(
        await (query.dry_run === true
          ? previewSplit(tx, terms, cash)
          : proposeSplit(tx, terms, cash, proposer)),
        (preview) => preview,
      ),
    entryOf(route.audit, () => 'corporate-actions'),
  );
});
