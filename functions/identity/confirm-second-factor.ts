import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { wrongCode } from '#identity/second-factor/wrong-code.http.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.confirmSecondFactor,
  async ({ body, clientAddress, principal, tenantRead, tenantTx }) => {
    const { verifyCode } = await import('#identity/second-factor/prove-factor.ts');
    const { confirmFactor } = await import('#identity/second-factor/enrol-factor.ts');
    const { setFactorProved } = await import('#identity/second-factor/second-factor.repository.ts');
    const { tenantId, actorId: userId, sessionId } = principal;
    const verified = await verifyCode(
      { tenantId, userId, clientAddress, reading: tenantRead },
      body.code,
      'begun',
    );
    const factorId = verified?.factorId;
    if (verified === undefined || factorId === undefined) throw wrongCode();
    return tenantTx(
      async (tx) => {
        if (!(await verified.use(tx))) throw wrongCode();
        await setFactorProved(tx, sessionId);
        return { recovery_codes: [...(await confirmFactor(tx, { tenantId, userId, factorId }))] };
      },
      { resource: () => `users/${userId}`, payload: {} },
    );
  },
);
