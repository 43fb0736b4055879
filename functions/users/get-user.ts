import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';
import { findUser, toUser } from '#users/user.repository.ts';
import { getUser } from '#users/users.routes.ts';

export const handler = http(getUser, async ({ params, tenantRead }) =>
  toUser(found(await tenantRead((read) => findUser(read, params.id)))),
);
