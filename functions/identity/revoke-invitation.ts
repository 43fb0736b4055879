import { setLinksRevoked } from '#identity/links/link.repository.ts';
import { getInvited } from '#identity/users/invited-user.ts';
import * as routes from '#identity/users/users.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.revokeInvitation, async ({ params, expectedVersion, tenantTx }) => {
  await tenantTx(async (tx) => {
    const { id } = await getInvited(tx, params.id, expectedVersion);
    await setLinksRevoked(tx, id, 'INVITATION');
  });
  return undefined;
});
