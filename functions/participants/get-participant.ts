import { findParticipant, toParticipant } from '#plans/participant.repository.ts';
import { getParticipant } from '#plans/participants.routes.ts';
import { found } from '#platform/http/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getParticipant, async ({ params, tenantRead }) =>
  toParticipant(found(await tenantRead((read) => findParticipant(read, params.employee)))),
);
