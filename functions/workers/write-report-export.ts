import { consumer } from '#platform/queue/consumer.ts';
import { writeReportExport } from '#reports/reports.jobs.ts';
import { ExportMessage, writeExport } from '#reports/write-export.ts';

export const handler = consumer(writeReportExport, ExportMessage, ({ message, isLast }) =>
  writeExport(message, isLast),
);
