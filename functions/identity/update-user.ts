import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { hashPassword } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { proposeUserChange } from '#identity/users/propose-user.ts';
import { findUser, toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

const route = routes.updateUser;

export const handler = http(
  route,
  async ({ params, body, expectedVersion, principal, requestId, tenantRead, tenantTx }) => {
    const { password, ...rest } = body;
    if (password !== undefined) {
      const own = await tenantRead(async (read) => ({
        email: found(await findUser(read, params.id)).email,
        tenant: await getNames(read, principal.tenantId),
      }));
      await refuseGuessable(password, own);
    }
    const secret = password === undefined ? {} : { password_hash: await hashPassword(password) };
    const proposal = { id: params.id, version: expectedVersion, change: { ...rest, ...secret } };
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      async (tx) => answerOf(await proposeUserChange(tx, proposal, proposer), toUser),
      entryOf(route.audit, ({ id }) => `users/${id}`),
    );
  },
);
