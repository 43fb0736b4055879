import { Duration } from 'aws-cdk-lib';
import { type LifecycleRule, StorageClass } from 'aws-cdk-lib/aws-s3';
import { daysOf, type RetentionPolicy } from '#retention/retention-policy.ts';

/**
 * Returns the rules that keep a prefix for so many years, most of them in Glacier: in the class whose objects are read like any
 * others, so that verification, and whoever asks for a file, need no restore. S3 leaves objects under 128 KB where they are unless
 * a rule names a size, and most of ours are smaller. The rule that ends them names none, since an empty file has to end too.
 */
export function keptRules(policy: RetentionPolicy, prefix: string, years: number): LifecycleRule[] {
  const id = prefix.replace('/', '');
  return [
    { id, prefix, expiration: Duration.days(daysOf(years)) },
    {
      id: `${id}-archive`,
      prefix,
      objectSizeGreaterThan: 0,
      transitions: [
        {
          storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
          transitionAfter: Duration.days(policy.archiveAfterDays),
        },
      ],
    },
  ];
}
