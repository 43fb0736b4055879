import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import { proposeClassChange } from '#register/classes/change-class.ts';
import { toSecurityClass } from '#register/classes/security-class.repository.ts';
import * as routes from '#register/classes/security-classes.routes.ts';

const route = routes.updateSecurityClass;

export const handler = http(route, ({ params, body, expectedVersion, principal, requestId, tenantTx }) => {
  const proposed = { version: expectedVersion, change: body };
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => answerOf(await proposeClassChange(tx, params.code, proposed, proposer), toSecurityClass),
    entryOf(route.audit, () => `security-classes/${params.code}`),
  );
});
