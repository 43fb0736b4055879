import { answerOf, entryOf } from '#approvals/waiting.http.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { proposeCertification } from '#register/tax/certify-tax.ts';
import * as routes from '#register/tax/tax-certifications.routes.ts';

const route = routes.setTaxCertification;

export const handler = http(
  route,
  async ({ params, body, expectedVersion, principal, requestId, tenantTx }) => {
    const sealer = await fieldSealer();
    const proposer = { actorId: principal.actorId, requestId };
    return tenantTx(
      async (tx) =>
        answerOf(
          await proposeCertification(tx, params.id, expectedVersion, body, { sealer, proposer }),
          (certified) => certified,
        ),
      entryOf(route.audit, () => `shareholders/${params.id}`),
    );
  },
);
