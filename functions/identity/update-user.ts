import { hashPassword } from '#identity/sign-in/password.ts';
import {
  findUser,
  lockOtherAdmins,
  setSessionsRevoked,
  setUser,
  toUser,
} from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { changed } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.updateUser, async ({ params, body, expectedVersion, tenantTx }) => {
  const { password, ...change } = body;
  const secret = password === undefined ? {} : { password_hash: await hashPassword(password) };
  return tenantTx(async (tx) => {
    const losesAdmin = change.status === 'DISABLED' || (change.role !== undefined && change.role !== 'ADMIN');
    if (losesAdmin) await lockOtherAdmins(tx, params.id);
    const updated = await setUser(tx, params.id, expectedVersion, { ...change, ...secret });
    const user = await changed(updated, () => findUser(tx, params.id));
    if (user.status === 'DISABLED' || password !== undefined) await setSessionsRevoked(tx, user.id);
    return toUser(user);
  });
});
