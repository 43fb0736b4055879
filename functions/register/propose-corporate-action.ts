import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { http } from '#platform/http/http.ts';
import * as routes from '#register/splits/corporate-actions.routes.ts';
import { previewSplit, proposeSplit } from '#register/splits/propose-split.ts';

const route = routes.proposeCorporateAction;

export const handler = http(route, ({ query, body, principal, requestId, tenantTx }) => {
  const { kind: _, security_class = DEFAULT_SECURITY_CLASS, ...rest } = body;
  const terms = { security_class, ...rest };
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) =>
      answerOf(
        await (query.dry_run === true ? previewSplit(tx, terms) : proposeSplit(tx, terms, proposer)),
        (preview) => preview,
      ),
    entryOf(route.audit, () => 'corporate-actions'),
  );
});
