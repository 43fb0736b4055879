import { http } from '#platform/http/http.ts';
import { answerReport } from '#reports/answer-report.ts';
import { dividendReport } from '#reports/dividend-report.ts';
import { getDividendReport } from '#reports/ledger-reports.routes.ts';

export const handler = http(getDividendReport, (request) =>
  answerReport(dividendReport, getDividendReport, request),
);
