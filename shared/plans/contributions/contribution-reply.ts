import { type Reply, reply } from '#platform/http/reply.ts';
import { API_BASE_PATH } from '#platform/http/route.ts';
import { type ContributionRow, toContribution } from './contribution.repository.ts';

/** A new contribution and where it is to be found. */
export function contributionReply(row: ContributionRow): Reply<ReturnType<typeof toContribution>> {
  const location = `${API_BASE_PATH}/plans/${row.plan_id}/contributions/${row.id}`;
  return reply(toContribution(row), { headers: { location } });
}
