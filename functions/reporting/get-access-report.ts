import { http } from '#platform/http/http.ts';
import * as routes from '#reporting/reports/access-report.routes.ts';
import { accessReport } from '#reporting/reports/access-report.ts';
import { answerReport } from '#reporting/reports/answer-report.http.ts';

export const handler = http(routes.getAccessReport, (request) =>
  answerReport(accessReport, routes.getAccessReport, request),
);
