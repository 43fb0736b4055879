import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import { dividendReport } from '#reporting/reports/dividend-report.ts';
import * as routes from '#reporting/reports/ledger-reports.routes.ts';

export const handler = http(routes.getDividendReport, (request) =>
  answerReport(dividendReport, routes.getDividendReport, request),
);
