import { http } from '#platform/http/http.ts';
import { answerReport } from '#reports/answer-report.ts';
import { getTransactionsReport } from '#reports/ledger-reports.routes.ts';
import { transactionsReport } from '#reports/transactions-report.ts';

export const handler = http(getTransactionsReport, (request) =>
  answerReport(transactionsReport, getTransactionsReport, request),
);
