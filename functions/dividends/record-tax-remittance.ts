import { proposeRemittance } from '#dividends/remit-tax.ts';
import * as routes from '#dividends/tax-remittances.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.recordTaxRemittance,
  ({ body, headers, principal, requestId, tenantTx }) => {
    const key = headers.get('idempotency-key')?.[0] ?? '';
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx((tx) => proposeRemittance(tx, body, { key, proposer }), {
      resource: ({ id }) => `tax-remittances/${id}`,
    });
  },
);
