import type { AuditAction } from '#contracts/audit-actions.ts';
import { securityKindOf } from '#contracts/security-kinds.ts';
import { count } from './metrics.ts';

/** Counts an audit action that is a security event, for its alarm. */
export function countSecurity(action: AuditAction): void {
  const kind = securityKindOf(action);
  if (kind !== undefined) count('SecurityEvents', 1, { kind });
}
