import { identityEnvironment } from '#identity/identity-environment.ts';
import { sendInvitation } from '#identity/links/prepare-link.ts';
import { prepareWayIn } from '#identity/links/way-in.ts';
import { insertTenant, toTenant } from '#identity/tenants/tenant.repository.ts';
import * as routes from '#identity/tenants/tenants.routes.ts';
import { insertUser } from '#identity/users/user.repository.ts';
import { type TenantId, uuidV7 } from '#kernel/ids.ts';
import { actingOn, http } from '#platform/http/http.ts';

const ROLES = { admin: 'ADMIN', first_compliance: 'COMPLIANCE' } as const;
const FIRST = ['admin', 'first_compliance'] as const;

export const handler = http(routes.createTenant, async ({ body, actor, tenantTx }) => {
  const {
    admin: _,
    first_compliance: __,
    time_zone = identityEnvironment.defaultTimeZone(),
    ...tenant
  } = body;
  const id = uuidV7<TenantId>();
  const users = FIRST.flatMap((field) => {
    const user = body[field];
    return user === undefined ? [] : [{ ...user, role: ROLES[field], pointer: `/${field}/password` }];
  });
  const prepared = await Promise.all(
    users.map(async (user) => {
      const wayIn = await prepareWayIn(user, { id, ...tenant }, user.pointer);
      return { email: user.email, role: user.role, ...wayIn };
    }),
  );
  return tenantTx(
    async (tx) => {
      const created = await insertTenant(tx, { id, time_zone, ...tenant });
      for (const { email, role, password_hash, invitation } of prepared) {
        const status = invitation === undefined ? 'ACTIVE' : 'INVITED';
        const user = await insertUser(tx, {
          email,
          role,
          password_hash,
          status,
          has_password: invitation === undefined,
        });
        if (invitation !== undefined) await sendInvitation(tx, user.id, invitation);
      }
      return toTenant(created);
    },
    { actor: actingOn(actor, id) },
  );
});
