import { setDateOfBirth, setParticipant } from '#plans/participants/participant.repository.ts';
import { toParticipant } from '#plans/participants/participant-answer.ts';
import * as routes from '#plans/participants/participants.routes.ts';
import { outdated } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(
  routes.setParticipant,
  async ({ params, body, expectedVersion, principal, tenantTx }) =>
    tenantTx(
      async (tx) => {
        const { employee } = params;
        if (expectedVersion === undefined)
          return toParticipant(
            await setParticipant(tx, employee, body.date_of_birth, principal.actorId, body),
          );
        const set = await setDateOfBirth(
          tx,
          employee,
          expectedVersion,
          body.date_of_birth,
          principal.actorId,
          body,
        );
        if (set === undefined) throw outdated();
        return toParticipant(set);
      },
      { resource: () => `participants/${params.employee}` },
    ),
);
