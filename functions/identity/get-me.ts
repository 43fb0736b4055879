import * as routes from '#identity/account/account.routes.ts';
import { findTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import { findUser, toUser } from '#identity/users/user.repository.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getMe, async ({ principal, tenantRead }) => {
  const { actorId, tenantId, sessionId } = principal;
  const [user, tenant] = await tenantRead(async (read) => [
    await findUser(read, actorId),
    await findTenant(read, tenantId),
  ]);
  const { id, email, role, status, employee_id, created_at, created_by } = toUser(found(user));
  return {
    ...{ id, email, role, status, employee_id, created_at, created_by, session_id: sessionId },
    tenant: tenant === undefined ? null : whereOf(toTenant(tenant)),
  };
});

function whereOf({ id, slug, name, type, status, time_zone }: ReturnType<typeof toTenant>) {
  return { id, slug, name, type, status, time_zone };
}
