import type { AuditAction } from './audit-actions.ts';

/** The kinds of security events that have an alarm of ours, see docs/runbooks/security-alarms.md. */
export const SECURITY_KINDS = ['sign-in', 'denial', 'controlled-change'] as const;
export type SecurityKind = (typeof SECURITY_KINDS)[number];

/** The actions that alarms count, by kind. security-actions.ts has all that tenants watch; every function is bundled with these few. */
const ALARMED_ACTIONS = {
  'login.failed': 'sign-in',
  'session.refresh-refused': 'sign-in',
  'sign-in.refused': 'sign-in',
  'access.denied': 'denial',
  'change.approved': 'controlled-change',
  'payment-order.approved': 'controlled-change',
} as const satisfies Partial<Record<AuditAction, SecurityKind>>;

/** Returns the kind of alarm that counts an action, if one does. */
export function securityKindOf(action: string): SecurityKind | undefined {
  return (ALARMED_ACTIONS as Readonly<Record<string, SecurityKind>>)[action];
}
