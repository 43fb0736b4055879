import type { z } from 'zod';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { type KeyBounds, requireRoute } from '#kernel/key-bounds.ts';
import type { Role, TenantType } from '#kernel/roles.ts';
import { type Actor, command, type TenantRead, type TenantTx } from '#platform/db/tenant-tx.ts';
import { type ExportRow, insertExport } from './export.repository.ts';
import { type Exportable, loadExportable, type OpenedReport } from './exportable.ts';
import { writeReportExport } from './exports.jobs.ts';
import type { createReportExport } from './exports.routes.ts';

type Order = z.output<(typeof createReportExport)['body']>;

/** Whoever orders or fetches a file. */
interface Reader {
  readonly tenantType: TenantType;
  readonly actorRole: Role;
  /** Set where an operator acts for a suspended tenant, whose every report is handed over. */
  readonly acts?: object;
  /** The bounds of an API key; absent where a person asks. */
  readonly key?: KeyBounds | undefined;
}

/**
 * The report that an order names, with its parameters settled.
 * @throws DomainError `validation-failed`, `not-found`, `forbidden`
 */
export async function openOrdered(
  read: TenantRead,
  { report, parameters, format }: Order,
  reader: Reader,
  today: string,
): Promise<OpenedReport> {
  const exportable = await loadExportable(report);
  const { tenants, open } = exportable;
  requireReader(exportable, reader);
  if (!tenants.includes(reader.tenantType))
    throw invalidField('/report', 'other-tenants', `is a report of a tenant that is ${tenants.join(' or ')}`);
  const opened = open(parameters, today);
  if (format !== 'pdf') await opened.check(read);
  else if (opened.document !== undefined) await opened.document(read);
  else throw invalidField('/format', 'no-pdf', 'must be csv or ndjson: this report has no PDF');
  return opened;
}

/** @throws DomainError `forbidden` to whoever may not read an export's report, and so not its file either */
export async function requireReaderOf({ report }: ExportRow, reader: Reader): Promise<void> {
  requireReader(await loadExportable(report as Order['report']), reader);
}

/** An API key that names operations reads a report by its own one, in whichever form. */
function requireReader({ roles, operationId }: Exportable, { actorRole, key, acts }: Reader): void {
  if (acts === undefined && !roles.includes(actorRole))
    throw new DomainError('forbidden', `This report is read by ${roles.join(' and ')}.`);
  if (key !== undefined) requireRoute(key, operationId);
}

/** Orders the file; the worker writes it. */
export async function orderExport(
  tx: TenantTx,
  { report, format }: Order,
  { parameters }: OpenedReport,
  { tenantId, actorId, requestId }: Actor,
): Promise<ExportRow> {
  const ordered = await insertExport(tx, {
    ...{ report, format, request_id: requestId, requested_by: actorId ?? '' },
    parameters: JSON.stringify(parameters),
  });
  const message = { tenant_id: tenantId, export_id: ordered.id };
  command(tx, { type: 'message.send', queue: writeReportExport.queue, message });
  return ordered;
}
