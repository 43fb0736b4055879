import type { AuditAction } from './audit-actions.ts';

/** The kinds of security events: each has an alarm, see docs/runbooks/security-alarms.md. */
export const SECURITY_KINDS = ['sign-in', 'denial', 'controlled-change'] as const;
export type SecurityKind = (typeof SECURITY_KINDS)[number];

/** The actions that are security events, by kind. Others are daily work. */
const SECURITY_ACTIONS = {
  'login.failed': 'sign-in',
  'session.refresh-refused': 'sign-in',
  'sign-in.refused': 'sign-in',
  'access.denied': 'denial',
  'change.approved': 'controlled-change',
  'payment-order.approved': 'controlled-change',
} as const satisfies Partial<Record<AuditAction, SecurityKind>>;

/** Returns the kind of security event that an action is, if it is one. */
export function securityKindOf(action: string): SecurityKind | undefined {
  return (SECURITY_ACTIONS as Readonly<Record<string, SecurityKind>>)[action];
}
