import { http } from '#platform/http/http.ts';
import { answerReport } from '#reports/answer-report.ts';
import { contributionsReport } from '#reports/contributions-report.ts';
import { getContributionsReport } from '#reports/ledger-reports.routes.ts';

export const handler = http(getContributionsReport, (request) =>
  answerReport(contributionsReport, getContributionsReport, request),
);
