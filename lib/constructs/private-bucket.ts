import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CorsRule,
  type IBucket,
  type LifecycleRule,
  type ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

const STRAY_PARTS_DAYS = 1;
const OLD_VERSIONS_DAYS = 30;

export interface PrivateBucketProps {
  /** @default a name that CloudFormation generates */
  readonly bucketName?: string | undefined;
  /** @default S3's own key */
  readonly key?: IKey;
  /** The bucket to which access is logged, under the construct's id. @default not logged */
  readonly accessLogs?: IBucket;
  /** The rules beyond those that end unfinished uploads and old versions. @default none */
  readonly lifecycleRules?: readonly LifecycleRule[];
  /** The retention of every object that is put without a longer one. @default objects are not locked */
  readonly objectLock?: ObjectLockRetention;
  /** @default none */
  readonly cors?: readonly CorsRule[];
}

/** A bucket without public access, TLS only, versioned, encrypted. It is never deleted with its stack. */
export class PrivateBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: PrivateBucketProps = {}) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...(props.bucketName === undefined ? {} : { bucketName: props.bucketName }),
      ...(props.key === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: props.key, bucketKeyEnabled: true }),
      ...(props.accessLogs === undefined
        ? {}
        : { serverAccessLogsBucket: props.accessLogs, serverAccessLogsPrefix: `${id.toLowerCase()}/` }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      ...(props.objectLock === undefined ? {} : { objectLockDefaultRetention: props.objectLock }),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      cors: [...(props.cors ?? [])],
      lifecycleRules: [
        {
          id: 'tidy',
          abortIncompleteMultipartUploadAfter: Duration.days(STRAY_PARTS_DAYS),
          noncurrentVersionExpiration: Duration.days(OLD_VERSIONS_DAYS),
        },
        ...(props.lifecycleRules ?? []),
      ],
    });
    if (props.lifecycleRules?.some(({ objectSizeGreaterThan }) => objectSizeGreaterThan !== undefined))
      Validations.of(this.bucket).acknowledge({
        id: 'CloudFormation-Validate::W9003',
        reason:
          'The CDK writes the size of a lifecycle rule as a number, and CloudFormation turns it into the text that it wants.',
      });
  }
}
