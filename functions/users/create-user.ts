import { hashPassword } from '#access/password.ts';
import { http } from '#platform/http/http.ts';
import { insertUser, toUser } from '#users/user.repository.ts';
import { createUser } from '#users/users.routes.ts';

export const handler = http(createUser, async ({ body, tenantTx }) => {
  const { password, ...user } = body;
  const password_hash = await hashPassword(password);
  return tenantTx(async (tx) => toUser(await insertUser(tx, { ...user, password_hash })));
});
