import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import { contributionsReport } from '#reporting/reports/contributions-report.ts';
import * as routes from '#reporting/reports/ledger-reports.routes.ts';

export const handler = http(routes.getContributionsReport, (request) =>
  answerReport(contributionsReport, routes.getContributionsReport, request),
);
