import { hashPassword } from '#identity/sign-in/password.ts';
import { insertUser, toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.createUser, async ({ body, tenantTx }) => {
  const { password, ...user } = body;
  const password_hash = await hashPassword(password);
  return tenantTx(async (tx) => toUser(await insertUser(tx, { ...user, password_hash })));
});
