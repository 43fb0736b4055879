import * as routes from '#identity/account/account.routes.ts';
import { findUser, setSessionsRevoked } from '#identity/users/user.repository.ts';
import { asRead } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.endUserSessions, async ({ params, expectedVersion, tenantTx }) => {
  await tenantTx(async (tx) => {
    const { id } = asRead(await findUser(tx, params.id), expectedVersion);
    await setSessionsRevoked(tx, id);
  });
  return undefined;
});
