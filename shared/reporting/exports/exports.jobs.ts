import { queueJob, scheduledJob } from '#platform/queue/job.ts';

/** Writes a report to a file, page by page. */
export const writeReportExport = queueJob({
  name: 'write-report-export',
  suspended: 'goes-on',
  purpose: 'Writes a report to a file',
  queue: 'report-exports',
  source: 'code',
  uses: ['exports:write'],
  batchSize: 1,
  tries: 3,
  foundBy: { rows: 'report_exports in QUEUED or RUNNING', sweep: 'resume-report-exports' },
  retryForHours: 12,
  maxConcurrency: 3,
  timeoutSeconds: 840,
  memoryMb: 1024,
});

/** Finds exports whose message is lost: it has waited and is given up, and its dead letter isn't kept for ever. */
export const resumeReportExports = scheduledJob({
  name: 'resume-report-exports',
  suspended: 'goes-on',
  purpose: 'Puts exports of reports that are not written on the queue again',
  schedule: 'rate(6 hours)',
  uses: ['database:system', 'queue:report-exports:send'],
  timeoutSeconds: 60,
});
