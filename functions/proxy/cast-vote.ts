import { http } from '#platform/http/http.ts';
import { castVote } from '#proxy/cast-vote.ts';
import { toVote } from '#proxy/vote.repository.ts';
import * as routes from '#proxy/votes.routes.ts';

export const handler = http(routes.castVote, ({ body, tenantTx }) =>
  tenantTx(async (tx) => toVote(await castVote(tx, body))),
);
