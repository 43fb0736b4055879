import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import * as routes from '#reporting/reports/ledger-reports.routes.ts';
import { vestingReport } from '#reporting/reports/vesting-report.ts';

export const handler = http(routes.getVestingReport, (request) =>
  answerReport(vestingReport, routes.getVestingReport, request),
);
