import { hashPassword } from '#identity/sign-in/password.ts';
import { insertTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import { insertUser } from '#identity/users/user.repository.ts';
import { type TenantId, uuidV7 } from '#kernel/ids.ts';
import { actingOn, http } from '#platform/http/http.ts';

export const handler = http(routes.createTenant, async ({ body, actor, tenantTx }) => {
  const { admin, ...tenant } = body;
  const password_hash = await hashPassword(admin.password);
  const id = uuidV7<TenantId>();
  return tenantTx(
    async (tx) => {
      const created = await insertTenant(tx, { id, ...tenant });
      await insertUser(tx, { email: admin.email, role: 'ADMIN', password_hash });
      return toTenant(created);
    },
    { actor: actingOn(actor, id) },
  );
});
