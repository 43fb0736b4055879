import { setParticipant as set, toParticipant } from '#plans/participants/participant.repository.ts';
import { setParticipant } from '#plans/participants/participants.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(setParticipant, async ({ params, body, tenantTx }) =>
  tenantTx(async (tx) => toParticipant(await set(tx, params.employee, body.date_of_birth)), {
    resource: () => `participants/${params.employee}`,
  }),
);
