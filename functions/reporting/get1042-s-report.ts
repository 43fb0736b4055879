import { http } from '#platform/http/http.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';
import * as routes from '#reporting/reports/form-1042-s.routes.ts';
import { form1042S } from '#reporting/reports/form-1042-s.ts';

export const handler = http(routes.get1042SReport, (request) =>
  answerReport(form1042S, routes.get1042SReport, request),
);
