import { requireOwnPlan } from '#plans/stated-plan.ts';
import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import * as routes from '#reporting/reports/plan-statement.routes.ts';
import { planStatement } from '#reporting/reports/plan-statement.ts';

export const handler = http(routes.getPlanStatement, async (request) => {
  const { params, principal, tenantRead } = request;
  await tenantRead((read) => requireOwnPlan(read, principal, params.id));
  return answerReport(planStatement, routes.getPlanStatement, request);
});
