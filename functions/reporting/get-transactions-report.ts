import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import * as routes from '#reporting/reports/ledger-reports.routes.ts';
import { transactionsReport } from '#reporting/reports/transactions-report.ts';

export const handler = http(routes.getTransactionsReport, (request) =>
  answerReport(transactionsReport, routes.getTransactionsReport, request),
);
