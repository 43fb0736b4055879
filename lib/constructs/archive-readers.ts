import { Aws } from 'aws-cdk-lib';
import { AccountPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { archivePrefix } from '#contracts/archive-keys.ts';
import type { Environment } from '#lib/environment.ts';

type Readers = Pick<Environment, 'archiveReaders'>;

/** A day has ten characters: the tenant stands where it stands in every key, and a `*` before it could be more than a day. */
const ANY_DAY = '????-??-??';

/** Lets the accounts of customers read, and list day by day, what the archive has of their tenant, and nothing else. */
export function grantArchive(bucket: Bucket, { archiveReaders }: Readers): void {
  for (const [tenant, readers] of Map.groupBy(archiveReaders, (reader) => reader.tenant)) {
    const accounts = readers.map(({ account }) => new AccountPrincipal(account));
    const keys = `${archivePrefix(ANY_DAY, tenant)}*`;
    bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: accounts,
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: [bucket.arnForObjects(keys)],
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: accounts,
        actions: ['s3:ListBucket', 's3:ListBucketVersions'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': keys } },
      }),
    );
  }
}

/** Returns what the same accounts may do with the key: open objects, through S3, of the archive's bucket. */
export function archiveDecryption({
  archiveReaders,
  auditBucketName,
  name,
  region,
}: Readers & Pick<Environment, 'auditBucketName' | 'name' | 'region'>): PolicyStatement | undefined {
  if (archiveReaders.length === 0) return undefined;
  const accounts = [...new Set(archiveReaders.map(({ account }) => account))];
  // CloudFormation begins a name with that of the stack. The key can't refer to the bucket, which refers to it.
  const bucket = auditBucketName ?? `vestry-${name}-*`;
  return new PolicyStatement({
    effect: Effect.ALLOW,
    principals: accounts.map((account) => new AccountPrincipal(account)),
    actions: ['kms:Decrypt'],
    resources: ['*'],
    conditions: {
      StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
      // S3 names the bucket and not the object where the bucket has a key of its own.
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': `arn:${Aws.PARTITION}:s3:::${bucket}` },
    },
  });
}
