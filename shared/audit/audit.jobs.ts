import { scheduledJob } from '#platform/queue/job.ts';

/** Settled entries leave the database within the hour, for a place where nobody can change them. */
export const exportAudit = scheduledJob({
  name: 'export-audit',
  runbook: 'audit-verification',
  suspended: 'goes-on',
  purpose: 'Exports audit entries under Object Lock, with a signed digest',
  schedule: 'rate(1 hour)',
  uses: [
    'database:system',
    'auditBucket:read',
    'auditBucket:write',
    'auditKeys:read',
    'auditKeys:write',
    'retentionPolicy:read',
  ],
  timeoutSeconds: 600,
  memoryMb: 1024,
});

/** Fails when a link is broken: its alarm is the alarm of the chain. */
export const verifyAuditChain = scheduledJob({
  name: 'verify-audit-chain',
  runbook: 'audit-verification',
  suspended: 'goes-on',
  purpose: 'Verifies the audit trail of the day before; fails if a link is broken',
  schedule: 'cron(30 2 * * ? *)',
  uses: ['auditBucket:read', 'auditKeys:read', 'retentionPolicy:read'],
  timeoutSeconds: 900,
  memoryMb: 1769,
});

/** Old digests verify with the public halves, which are kept. */
export const rotateAuditKeys = scheduledJob({
  name: 'rotate-audit-keys',
  suspended: 'goes-on',
  purpose: 'Replaces the key that signs digests of the audit trail',
  schedule: 'cron(0 3 2 1 ? *)',
  uses: ['database:system', 'auditKeys:read', 'auditKeys:write'],
  timeoutSeconds: 60,
});
