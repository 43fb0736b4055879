import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantType } from '#kernel/roles.ts';
import { type Actor, command, type TenantRead, type TenantTx } from '#platform/db/tenant-tx.ts';
import { type ExportRow, insertExport } from './export.repository.ts';
import { loadExportable, type OpenedReport } from './exportable.ts';
import { writeReportExport } from './exports.jobs.ts';
import type { createReportExport } from './exports.routes.ts';

type Order = z.output<(typeof createReportExport)['body']>;

/**
 * The report that an order names, with its parameters settled.
 * @throws DomainError `validation-failed`, `not-found`
 */
export async function openOrdered(
  read: TenantRead,
  { report, parameters }: Order,
  tenantType: TenantType,
  today: string,
): Promise<OpenedReport> {
  const { tenants, open } = await loadExportable(report);
  if (!tenants.includes(tenantType))
    throw invalidField('/report', 'other-tenants', `is a report of a tenant that is ${tenants.join(' or ')}`);
  const opened = open(parameters, today);
  await opened.check(read);
  return opened;
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
