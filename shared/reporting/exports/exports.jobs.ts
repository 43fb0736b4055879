import { queueJob } from '#platform/queue/job.ts';

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
  retryForHours: 12,
  maxConcurrency: 3,
  timeoutSeconds: 840,
  memoryMb: 1024,
});
