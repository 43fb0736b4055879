import { findFactorStanding } from '#identity/second-factor/second-factor.repository.ts';
import { findUser, toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getUser, ({ params, tenantRead }) =>
  tenantRead(async (read) => {
    const user = toUser(found(await findUser(read, params.id)));
    const { confirmed_at, passkeys } = await findFactorStanding(read, user.id);
    return { ...user, second_factor: { enrolled_at: confirmed_at?.toISOString() ?? null, passkeys } };
  }),
);
