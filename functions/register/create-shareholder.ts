import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import { toChangedShareholder } from '#register/shareholder.repository.ts';
import * as routes from '#register/shareholders.routes.ts';

const route = routes.createShareholder;

export const handler = http(route, async ({ body, principal, requestId, tenantTx }) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { proposeShareholder } = await import('#register/propose-positions.ts');
  const { contact, effective_date, security_class, reason, ...shareholder } = body;
  const entered = { ...shareholder, ...contact, note: { effective_date, security_class, reason } };
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => answerOf(await proposeShareholder(tx, entered, proposer), toChangedShareholder),
    entryOf(route.audit, ({ id }) => `shareholders/${id}`),
  );
});
