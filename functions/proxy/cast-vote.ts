import { http } from '#platform/http/http.ts';
import { castVote as cast } from '#proxy/cast-vote.ts';
import { castVote } from '#proxy/proxy.routes.ts';
import { toVote } from '#proxy/vote.repository.ts';

export const handler = http(castVote, ({ body, tenantTx }) =>
  tenantTx(async (tx) => toVote(await cast(tx, body, new Date())), { resource: ({ id }) => `votes/${id}` }),
);
