import { http } from '#platform/http/http.ts';
import { answerReport } from '#reports/answer-report.ts';
import { getVestingReport } from '#reports/ledger-reports.routes.ts';
import { vestingReport } from '#reports/vesting-report.ts';

export const handler = http(getVestingReport, (request) =>
  answerReport(vestingReport, getVestingReport, request),
);
