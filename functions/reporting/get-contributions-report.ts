import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import { contributionsReport } from '#reporting/reports/contributions-report.ts';
import { getContributionsReport } from '#reporting/reports/ledger-reports.routes.ts';

export const handler = http(getContributionsReport, (request) =>
  answerReport(contributionsReport, getContributionsReport, request),
);
