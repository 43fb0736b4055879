import { required } from '#platform/environment.ts';

/** The variables of functions that write or read the archive of the audit trail. */
export const auditEnvironment = {
  auditBucket: (): string => required('AUDIT_BUCKET'),
  auditKeysSecretArn: (): string => required('AUDIT_KEYS_SECRET_ARN'),
};
