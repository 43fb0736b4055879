import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import { holdingsHistory } from '#reporting/reports/holdings-history.ts';
import * as routes from '#reporting/reports/ownership.routes.ts';

export const handler = http(routes.getHoldingsHistory, (request) =>
  answerReport(holdingsHistory, routes.getHoldingsHistory, request),
);
