import { consumer } from '#platform/queue/consumer.ts';
import * as jobs from '#reporting/exports/exports.jobs.ts';
import { ExportMessage, writeExport } from '#reporting/exports/write-export.ts';

export const handler = consumer(jobs.writeReportExport, ExportMessage, ({ message, isFinal }) =>
  writeExport(message, isFinal),
);
