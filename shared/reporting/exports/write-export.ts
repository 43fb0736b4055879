import { createHash } from 'node:crypto';
import * as z from 'zod';
import { dayOf } from '#kernel/calendar.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { tenantId } from '#kernel/fields.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import type { Delivery } from '#platform/queue/consumer.ts';
import { writeObject } from '#platform/storage/objects.ts';
import { headerLine, itemLine } from '#reporting/reports/report-csv.ts';
import { beginExport, type ExportRow, endExport, type WrittenFile } from './export.repository.ts';
import { loadExportable } from './exportable.ts';
import type { REPORT_NAMES } from './exports.routes.ts';

export const ExportMessage = z.strictObject({ tenant_id: tenantId, export_id: z.uuid() });

const CONTENT_TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  pdf: 'application/pdf',
} as const;

/** Returns the key of an export's file. */
function exportKey({ tenant_id, id, format }: ExportRow): string {
  return `exports/${tenant_id}/${id}.${format}`;
}

/**
 * Writes the file of an export. A second delivery writes the same file under the same key; a finished export stays
 * unchanged.
 * @throws the error that prevents reading the report, except when it is not tried again: then the export has failed
 */
export async function writeExport(
  { tenant_id, export_id }: z.infer<typeof ExportMessage>,
  isFinal: Delivery<unknown>['isFinal'],
): Promise<void> {
  const row = await beginExport(tenant_id, export_id);
  if (row === undefined) return;
  try {
    const key = exportKey(row);
    const written = await writeRows(row, key);
    await endExport(tenant_id, export_id, { ...written, key });
  } catch (error) {
    if (!isFinal(error)) throw error;
    logger.error('a report could not be exported', { export_id, error: error as Error });
    const failure = error instanceof DomainError ? error.slug : 'internal-error';
    await endExport(tenant_id, export_id, { failure });
  }
}

async function writeRows(row: ExportRow, key: string): Promise<WrittenFile> {
  const format = row.format as keyof typeof CONTENT_TYPES;
  const day = dayOf(row.created_at);
  const parameters = row.parameters as Record<string, string>;
  const { open } = await loadExportable(row.report as (typeof REPORT_NAMES)[number]);
  const report = open(parameters, day);
  const headers = { contentType: CONTENT_TYPES[format], filename: `${row.report}-${day}.${format}` };
  if (format === 'pdf') {
    const { document } = report;
    if (document === undefined) throw new Error(`the report ${row.report} has no PDF`);
    const read = await tenantRead(row.tenant_id, document);
    // No other file and no other function needs the library.
    const { statementPdf } = await import('./statement-pdf.ts');
    const sums = measured([await statementPdf(read)]);
    await writeObject(key, sums.parts(), headers);
    return { rows: read.lines.length, ...sums.result() };
  }
  let rows = 0;
  async function* lines(): AsyncGenerator<string> {
    if (format === 'csv') yield headerLine(report.columns);
    for await (const items of report.parts(row.tenant_id)) {
      rows += items.length;
      const line = (item: (typeof items)[number]) =>
        format === 'csv' ? itemLine(report.columns, item) : `${JSON.stringify(item)}\n`;
      if (items.length > 0) yield items.map(line).join('');
    }
  }
  const sums = measured(lines());
  await writeObject(key, sums.parts(), headers);
  return { rows, ...sums.result() };
}

/** Sums the bytes of a file as they go by. */
function measured(source: AsyncIterable<string> | Iterable<Uint8Array>) {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *parts(): AsyncGenerator<Uint8Array> {
      for await (const part of source) {
        const chunk = typeof part === 'string' ? Buffer.from(part) : part;
        bytes += chunk.length;
        hash.update(chunk);
        yield chunk;
      }
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  };
}
