import { declareDividend } from '#dividends/declare-dividend.ts';
import { toDividend } from '#dividends/dividend.repository.ts';
import * as routes from '#dividends/dividends.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.scheduleDividend, ({ body, headers, principal, requestId, tenantTx }) => {
  const declaration = {
    tenantId: principal.tenantId,
    idempotencyKey: headers.get('idempotency-key')?.[0] ?? '',
    proposer: { actorId: principal.actorId, requestId },
  };
  return tenantTx(async (tx) => toDividend(await declareDividend(tx, body, declaration)));
});
