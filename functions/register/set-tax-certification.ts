import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { certifyTax } from '#register/tax/certify-tax.ts';
import * as routes from '#register/tax/tax-certifications.routes.ts';

export const handler = http(
  routes.setTaxCertification,
  async ({ params, body, expectedVersion, principal, tenantTx }) => {
    const sealer = await fieldSealer();
    const by = { actorId: principal.actorId, sealer };
    return tenantTx((tx) => certifyTax(tx, params.id, expectedVersion, body, by), {
      resource: () => `shareholders/${params.id}`,
    });
  },
);
