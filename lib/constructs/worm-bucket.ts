import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Bucket, type IBucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { daysOf, type RetentionPolicy } from '#retention/retention-policy.ts';
import { keptRules } from './kept-rule.ts';
import { PrivateBucket } from './private-bucket.ts';

export interface WormBucketProps {
  /** @default a name that CloudFormation generates */
  readonly bucketName: string | undefined;
  readonly key: IKey;
  readonly accessLogs: IBucket;
  readonly policy: RetentionPolicy;
}

/** Prefix of everything that is written to it. */
const PREFIX = 'audit/';

/**
 * A write-once bucket: nobody, the account's root included, can change or remove an object before its retention ends
 * (Object Lock in compliance mode). Objects move to Glacier, and expire when their lock has ended.
 */
export class WormBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { policy, ...props }: WormBucketProps) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, id, {
      ...props,
      objectLock: ObjectLockRetention.compliance(Duration.days(daysOf(policy.auditYears))),
      lifecycleRules: keptRules(policy, PREFIX, policy.auditYears),
    }).bucket;
  }
}
