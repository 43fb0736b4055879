import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { isPrivileged } from '#identity/users/privilege.ts';
import { proposeUser } from '#identity/users/propose-user.ts';
import { requireRoleOf } from '#identity/users/role-of-tenant.ts';
import { toUser, type UserRow } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import { http } from '#platform/http/http.ts';

const route = routes.createUser;

type Answer = ReturnType<typeof answerOf<UserRow, ReturnType<typeof toUser>>>;

export const handler = http(
  route,
  async ({ body, principal, requestId, tenantRead, tenantTx }) => {
    const { password, ...user } = body;
    const { tenantId, tenantType, actorId } = principal;
    requireRoleOf(tenantType, body.role);
    const [slug, name] = await tenantRead((read) => getNames(read, tenantId));
    // Loaded here: what makes passwords and links is a fiftieth of the function’s code.
    const { prepareWayIn } = await import('#identity/links/way-in.ts');
    const { url, ...wayIn } = await prepareWayIn(body, { id: tenantId, slug, name });
    const answer = await tenantTx(
      async (tx) => {
        const proposed = await proposeUser(tx, { ...user, ...wayIn }, { actorId, requestId });
        return answerOf(proposed, toUser);
      },
      entryOf<Answer>(route.audit, ({ id }) => `users/${id}`),
    );
    // The answer that is kept for a repetition is without the link.
    return url === undefined || isPrivileged(user.role) ? answer : { ...answer, invitation_url: url };
  },
  undefined,
  async (payload) => (await import('#platform/sealing.ts')).secretFingerprint(payload),
);
