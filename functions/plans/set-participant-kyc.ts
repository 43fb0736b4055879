import * as routes from '#plans/participants/participants.routes.ts';
import { verifyParticipant } from '#plans/participants/verify-participant.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.setParticipantKyc,
  async ({ params, body, expectedVersion, principal, tenantTx }) =>
    tenantTx((tx) => verifyParticipant(tx, params.employee, expectedVersion, body, principal.actorId), {
      resource: () => `participants/${params.employee}`,
    }),
);
