import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import * as routes from '#reporting/reports/ownership.routes.ts';
import { statement } from '#reporting/reports/statement.ts';

export const handler = http(routes.getShareholderStatement, (request) =>
  answerReport(statement, routes.getShareholderStatement, request),
);
