/** The closed list of what the audit trail records. */
export const AUDIT_ACTIONS = [
  'tenant.created',
  'tenant.updated',
  'user.created',
  'user.updated',
  'login.succeeded',
  'login.failed',
  'session.refreshed',
  'session.refresh-refused',
  'session.ended',
  'access.denied',
  'shareholder.created',
  'shareholder.updated',
  'shareholder.closed',
  'shareholder.kyc-set',
  'shares.transferred',
  'position.adjusted',
  'upload.received',
  'upload.completed',
  'upload.failed',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
