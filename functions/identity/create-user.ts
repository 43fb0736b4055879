import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { hashPassword } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { proposeUser } from '#identity/users/propose-user.ts';
import { toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { http } from '#platform/http/http.ts';

const route = routes.createUser;

export const handler = http(route, async ({ body, principal, requestId, tenantRead, tenantTx }) => {
  const { password, ...user } = body;
  const tenant = await tenantRead((read) => getNames(read, principal.tenantId));
  await refuseGuessable(password, { email: user.email, tenant });
  const password_hash = await hashPassword(password);
  const proposer = { actorId: principal.actorId, requestId };
  return tenantTx(
    async (tx) => answerOf(await proposeUser(tx, { ...user, password_hash }, proposer), toUser),
    entryOf(route.audit, ({ id }) => `users/${id}`),
  );
});
