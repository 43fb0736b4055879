import { Duration } from 'aws-cdk-lib';
import { type LifecycleRule, StorageClass } from 'aws-cdk-lib/aws-s3';
import { daysOf, type RetentionPolicy } from '#retention/retention-policy.ts';

/** Returns the rule that keeps a prefix for so many years, most of them in Glacier. */
export function keptRule(policy: RetentionPolicy, prefix: string, years: number): LifecycleRule {
  return {
    id: prefix.replace('/', ''),
    prefix,
    transitions: [
      { storageClass: StorageClass.GLACIER, transitionAfter: Duration.days(policy.archiveAfterDays) },
    ],
    expiration: Duration.days(daysOf(years)),
  };
}
