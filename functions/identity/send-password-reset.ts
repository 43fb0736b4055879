import { postLink } from '#identity/notices/post-notice.ts';
import { findUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { asRead } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.sendPasswordReset,
  async ({ params, expectedVersion, principal, tenantTx }) => {
    await tenantTx(async (tx) => {
      const { id } = asRead(await findUser(tx, params.id), expectedVersion);
      postLink(tx, principal.tenantId, id);
    });
    return undefined;
  },
);
