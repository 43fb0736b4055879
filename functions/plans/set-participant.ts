import { enterParticipant } from '#plans/participants/enter-participant.ts';
import { toParticipant } from '#plans/participants/participant-answer.ts';
import * as routes from '#plans/participants/participants.routes.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.setParticipant,
  async ({ params, body, expectedVersion, principal, tenantTx }) =>
    tenantTx(
      async (tx) => {
        const today = await todayOf(tx);
        const entering = { expectedVersion, enteredBy: principal.actorId, today };
        return toParticipant(await enterParticipant(tx, params.employee, body, entering));
      },
      { resource: () => `participants/${params.employee}` },
    ),
);
