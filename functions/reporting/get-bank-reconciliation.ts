import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import * as routes from '#reporting/reports/bank-reconciliation.routes.ts';
import { bankReconciliation } from '#reporting/reports/bank-reconciliation.ts';

export const handler = http(routes.getBankReconciliation, (request) =>
  answerReport(bankReconciliation, routes.getBankReconciliation, request),
);
