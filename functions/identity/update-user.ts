import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { proposeUserChange } from '#identity/users/propose-user.ts';
import { requireRoleOf } from '#identity/users/role-of-tenant.ts';
import { toUser } from '#identity/users/user.repository.ts';
import * as routes from '#identity/users/users.routes.ts';
import type { TenantId } from '#kernel/ids.ts';
import { type HttpRequest, http } from '#platform/http/http.ts';

const route = routes.updateUser;

export const handler = http(
  route,
  async ({ params, body, expectedVersion, principal, requestId, tenantRead, tenantTx }) => {
    const { password, ...rest } = body;
    requireRoleOf(principal.tenantType, body.role);
    const user = { id: params.id, tenantId: principal.tenantId };
    const secret = password === undefined ? {} : { password_hash: await hashOf(password, user, tenantRead) };
    const proposal = { id: params.id, version: expectedVersion, change: { ...rest, ...secret } };
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      async (tx) => answerOf(await proposeUserChange(tx, proposal, proposer), toUser),
      entryOf(route.audit, ({ id }) => `users/${id}`),
    );
  },
);

/** Loads what makes passwords, which most changes of a user do without. */
async function hashOf(
  password: string,
  user: { readonly id: string; readonly tenantId: TenantId },
  tenantRead: HttpRequest<typeof route>['tenantRead'],
): Promise<string> {
  const { hashOthersPassword } = await import('#identity/users/others-password.ts');
  return hashOthersPassword(password, user, tenantRead);
}
