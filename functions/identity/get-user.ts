import { findUser, toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getUser, async ({ params, tenantRead }) =>
  toUser(found(await tenantRead((read) => findUser(read, params.id)))),
);
