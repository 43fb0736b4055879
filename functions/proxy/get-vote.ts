import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { findVote, toVote } from '#proxy/vote.repository.ts';
import * as routes from '#proxy/votes.routes.ts';

export const handler = http(routes.getVote, async ({ params, tenantRead }) =>
  toVote(found(await tenantRead((read) => findVote(read, params.id)))),
);
