import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import { form1099Div } from '#reporting/reports/form-1099-div.ts';
import * as routes from '#reporting/reports/ledger-reports.routes.ts';

export const handler = http(routes.get1099DivReport, (request) =>
  answerReport(form1099Div, routes.get1099DivReport, request),
);
