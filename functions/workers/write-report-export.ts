import { consumer } from '#platform/queue/consumer.ts';
import { writeReportExport } from '#reporting/exports/exports.jobs.ts';
import { ExportMessage, writeExport } from '#reporting/exports/write-export.ts';

export const handler = consumer(writeReportExport, ExportMessage, ({ message, isFinal }) =>
  writeExport(message, isFinal),
);
