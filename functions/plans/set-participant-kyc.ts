import { findParticipant, setParticipantKyc } from '#plans/participants/participant.repository.ts';
import * as routes from '#plans/participants/participants.routes.ts';
import { changed } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.setParticipantKyc, async ({ params, body, expectedVersion, tenantTx }) =>
  tenantTx(
    async (tx) => {
      const updated = await setParticipantKyc(tx, params.employee, expectedVersion, body.status);
      return changed(updated, () => findParticipant(tx, params.employee));
    },
    { resource: () => 'participants' },
  ),
);
