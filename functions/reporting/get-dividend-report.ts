import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import { dividendReport } from '#reporting/reports/dividend-report.ts';
import { getDividendReport } from '#reporting/reports/ledger-reports.routes.ts';

export const handler = http(getDividendReport, (request) =>
  answerReport(dividendReport, getDividendReport, request),
);
