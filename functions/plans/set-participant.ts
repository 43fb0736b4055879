import { setParticipant, toParticipant } from '#plans/participants/participant.repository.ts';
import * as routes from '#plans/participants/participants.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.setParticipant, async ({ params, body, tenantTx }) =>
  tenantTx(async (tx) => toParticipant(await setParticipant(tx, params.employee, body.date_of_birth)), {
    resource: () => `participants/${params.employee}`,
  }),
);
