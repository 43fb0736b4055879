import { findHead } from '#audit/archive/export.repository.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import { count } from '#platform/observability/metrics.ts';
import type { Verification } from './verification.ts';
import { verifyRange } from './verify-range.ts';

/** Every tenant's entries of the day before. @throws when a link is broken, so that it raises the alarm of the job */
export async function verifyYesterday(at: Date): Promise<Omit<Verification, 'broken'>> {
  const day = addDays(dayOf(at), -1);
  const head = await tenantRead(PLATFORM_TENANT_ID, findHead);
  const { broken, ...verified } = await verifyRange(head, { from: day, to: day }, at);
  count('AuditChainFailures', broken === null ? 0 : 1, {});
  if (broken === null) return verified;
  logger.error('the audit chain is broken', { broken });
  throw new Error(`the audit chain is broken at ${broken.key}: ${broken.detail}`);
}
