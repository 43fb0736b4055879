import { dayOf } from '#kernel/calendar.ts';
import { toContribution } from '#plans/contributions/contribution.repository.ts';
import * as routes from '#plans/contributions/contributions.routes.ts';
import { contributionEntry, record } from '#plans/contributions/record-contribution.ts';
import { findPlan, planLock } from '#plans/plan.repository.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.recordContribution, async (request) => {
  const { params, body, headers, tenantRead, serializableTx } = request;
  const plan = found(await tenantRead((read) => findPlan(read, params.id)));
  const idempotencyKey = headers.get('idempotency-key')?.[0] ?? '';
  const entry = contributionEntry(plan, body, { idempotencyKey, today: dayOf(new Date()) });
  return serializableTx(async (tx) => toContribution(await record(tx, entry)), {
    lockFirst: planLock(plan.id),
  });
});
