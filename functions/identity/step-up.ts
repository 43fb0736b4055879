import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { wrongCode } from '#identity/second-factor/wrong-code.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.stepUp,
  async ({ body, clientAddress, principal, tenantRead, tenantTx }) => {
    const { verifyCode } = await import('#identity/second-factor/prove-factor.ts');
    const { setFactorProved } = await import('#identity/second-factor/second-factor.repository.ts');
    const { tenantId, actorId: userId, sessionId } = principal;
    const verified = await verifyCode({ tenantId, userId, clientAddress, reading: tenantRead }, body.code);
    if (verified === undefined) throw wrongCode();
    await tenantTx(
      async (tx) => {
        if (!(await verified.use(tx))) throw wrongCode();
        await setFactorProved(tx, sessionId);
      },
      { resource: () => `sessions/${sessionId}`, payload: {} },
    );
    return undefined;
  },
);
