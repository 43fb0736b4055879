import { getNames } from '#identity/tenants/tenant.repository.ts';
import { getInvited } from '#identity/users/invited-user.ts';
import { isPrivileged } from '#identity/users/privilege.ts';
import { toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.inviteUser,
  async ({ params, expectedVersion, principal, tenantRead, tenantTx }) => {
    const { user, name } = await tenantRead(async (read) => ({
      user: await getInvited(read, params.id, expectedVersion),
      name: (await getNames(read, principal.tenantId))[1],
    }));
    // Loaded here: what makes links is a fiftieth of the function’s code.
    const { prepareInvitation, sendInvitation } = await import('#identity/links/prepare-link.ts');
    const { link, url } = await prepareInvitation(user, { id: principal.tenantId, name });
    const invited = await tenantTx(async (tx) => {
      const current = await getInvited(tx, params.id, expectedVersion);
      await sendInvitation(tx, current.id, link);
      return toUser(current);
    });
    // The answer that is kept for a repetition is without the link.
    return isPrivileged(invited.role) ? invited : { ...invited, invitation_url: url };
  },
);
