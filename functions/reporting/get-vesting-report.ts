import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import * as routes from '#reporting/reports/ledger-reports.routes.ts';

export const handler = http(routes.getVestingReport, async (request) => {
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { vestingReport } = await import('#reporting/reports/vesting-report.ts');
  return answerReport(vestingReport, routes.getVestingReport, request);
});
