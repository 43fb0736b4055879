import { required } from '#platform/environment.ts';

/** The variables of functions that keep records, or end them. */
export const retentionEnvironment = {
  /** The years of the policy in #retention/retention-policy.ts. */
  retentionYears: (): number => Number(required('RETENTION_YEARS')),
};
