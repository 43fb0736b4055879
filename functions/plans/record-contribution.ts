import { toContribution } from '#plans/contributions/contribution.repository.ts';
import * as routes from '#plans/contributions/contributions.routes.ts';
import { contributionEntry, record } from '#plans/contributions/record-contribution.ts';
import { findPlan, planLock } from '#plans/plan.repository.ts';
import { found } from '#platform/db/found.ts';
import { todayOf } from '#platform/db/today.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.recordContribution, async (request) => {
  const { params, body, headers, tenantRead, serializableTx } = request;
  const { plan, today } = await tenantRead(async (read) => ({
    plan: found(await findPlan(read, params.id)),
    today: await todayOf(read),
  }));
  const idempotencyKey = headers.get('idempotency-key')?.[0] ?? '';
  const entry = contributionEntry(plan, body, { idempotencyKey, today });
  return serializableTx(async (tx) => toContribution(await record(tx, entry)), {
    lockFirst: planLock(plan.id),
  });
});
