import * as routes from '#identity/account/account.routes.ts';
import { endSessionOf } from '#identity/sign-in/session.repository.ts';
import { notFound } from '#kernel/domain-error.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.endMySession, async ({ params, principal, tenantTx }) => {
  await tenantTx(async (tx) => {
    if (!(await endSessionOf(tx, principal.actorId, params.id))) throw notFound();
  });
  return undefined;
});
