import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import { requireFreshFactor } from '#identity/second-factor/require-fresh-factor.ts';
import { ACCESS_TOKEN_SECONDS, signAccessToken } from '#identity/sign-in/access-token.ts';
import { findTenant } from '#identity/tenants/tenant.repository.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import * as routes from '#operations/operations.routes.ts';
import { found } from '#platform/db/found.ts';
import { actingOn, http } from '#platform/http/http.ts';

export const handler = http(
  routes.breakGlass,
  async ({ actor, body: { tenant_id, purpose, ticket, acts }, principal, tenantRead, tenantTx }) => {
    await requireFreshFactor(principal);
    if (acts && purpose !== 'OFFBOARDING' && purpose !== 'LEGAL')
      throw invalidField('/purpose', 'not-for-acts', 'must be OFFBOARDING or LEGAL for a token that acts');
    const { type, status } = found(await tenantRead((read) => findTenant(read, tenant_id)));
    if (acts && status !== 'SUSPENDED')
      throw new DomainError(
        'conflict',
        'An operator acts for a suspended tenant alone: suspend it, or ask its people.',
      );
    const tenantId = tenant_id as TenantId;
    const claims = {
      sub: principal.actorId,
      sid: principal.sessionId,
      tid: principal.tenantId,
      role: principal.actorRole,
      tenantType: principal.tenantType,
      employeeId: null,
      reads: { tenantId, tenantType: type, ...(acts ? { acts: { purpose, ticket } } : {}) },
    };
    const access_token = await signAccessToken(await currentSigningKey(), claims);
    return tenantTx(
      async () => ({
        ...{ tenant_id, access_token },
        ...{ token_type: 'Bearer' as const, expires_in: ACCESS_TOKEN_SECONDS },
      }),
      {
        actor: { ...actingOn(actor, tenantId), allowSuspended: true },
        resource: () => `tenants/${tenant_id}`,
        payload: { purpose, ticket, ...(acts ? { acts } : {}) },
      },
    );
  },
);
