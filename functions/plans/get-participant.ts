import { findParticipant } from '#plans/participants/participant.repository.ts';
import { toParticipant } from '#plans/participants/participant-answer.ts';
import * as routes from '#plans/participants/participants.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getParticipant, async ({ params, tenantRead }) =>
  toParticipant(found(await tenantRead((read) => findParticipant(read, params.employee)))),
);
