import { hashPassword } from '#identity/sign-in/password.ts';
import { refuseGuessable } from '#identity/sign-in/refuse-guessable.ts';
import { insertTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import { insertUser } from '#identity/users/user.repository.ts';
import { type TenantId, uuidV7 } from '#kernel/ids.ts';
import { actingOn, http } from '#platform/http/http.ts';

export const handler = http(routes.createTenant, async ({ body, actor, tenantTx }) => {
  const { admin, first_compliance, ...tenant } = body;
  const first = [
    { ...admin, role: 'ADMIN' } as const,
    ...(first_compliance === undefined ? [] : [{ ...first_compliance, role: 'COMPLIANCE' } as const]),
  ];
  const own = [tenant.slug, tenant.name];
  await refuseGuessable(admin.password, { email: admin.email, tenant: own }, '/admin/password');
  if (first_compliance !== undefined) {
    const { email, password } = first_compliance;
    await refuseGuessable(password, { email, tenant: own }, '/first_compliance/password');
  }
  const hashes = await Promise.all(first.map(({ password }) => hashPassword(password)));
  const id = uuidV7<TenantId>();
  return tenantTx(
    async (tx) => {
      const created = await insertTenant(tx, { id, ...tenant });
      for (const [index, { email, role }] of first.entries())
        await insertUser(tx, { email, role, password_hash: hashes[index] ?? '' });
      return toTenant(created);
    },
    { actor: actingOn(actor, id) },
  );
});
