import { requireOwnFactor } from '#identity/second-factor/require-own-factor.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { getNames } from '#identity/tenants/tenant.repository.ts';
import { getOwnPassword } from '#identity/users/user.repository.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.enrolSecondFactor, async ({ principal, tenantRead, tenantTx }) => {
  const { beginFactor, prepareFactor } = await import('#identity/second-factor/enrol-factor.ts');
  const of = await tenantRead(async (read) => ({
    email: (await getOwnPassword(read, principal.actorId)).email,
    tenant: (await getNames(read, principal.tenantId))[1],
  }));
  const { factor, shown } = await prepareFactor(of);
  return tenantTx(
    async (tx) => {
      await requireOwnFactor(tx, principal);
      await beginFactor(tx, principal.actorId, factor);
      return shown;
    },
    { resource: () => `users/${principal.actorId}`, payload: {} },
  );
});
