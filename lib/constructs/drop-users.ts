import { Stack, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, ManagedPolicy, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Environment } from '#lib/environment.ts';

export interface DropUsersProps {
  readonly environment: Environment;
  readonly bucket: Bucket;
  readonly key: IKey;
}

/** The prefix of the drop folder. */
const PREFIX = 'drop/';
/** The tag of a user that names their folder. */
const TAG = 'aws:PrincipalTag/folder';
/** IAM puts the value of the tag in its place, so that one policy serves every tenant. */
const FOLDER = `\${${TAG}}`;

/**
 * The users by whose keys tenants put files into their folders. They are made at run time; here is all that they may ever do, since the one
 * policy is their boundary too, and the rule that nobody else writes there.
 */
export class DropUsers extends Construct {
  /** The names of the users begin with it. */
  readonly prefix: string;
  /** All of them. */
  readonly arn: string;
  readonly policyArn: string;

  constructor(scope: Construct, id: string, { environment, bucket, key }: DropUsersProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const iam = { service: 'iam', region: '' };
    const name = `vestry-${environment.name}-drop`;
    this.prefix = `${name}-`;
    this.arn = stack.formatArn({ ...iam, resource: 'user', resourceName: `${this.prefix}*` });
    this.policyArn = stack.formatArn({ ...iam, resource: 'policy', resourceName: name });
    const objects = bucket.arnForObjects(`${PREFIX}${FOLDER}/*`);
    const policy = new ManagedPolicy(this, 'Policy', {
      managedPolicyName: name,
      description: 'Lets a user put files into the folder that the tag of the user names',
      document: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
            resources: [objects],
          }),
          // S3 encrypts with our key on behalf of the user, for this bucket and for nothing else.
          new PolicyStatement({
            actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
            resources: [key.keyArn],
            conditions: {
              StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` },
              StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket.bucketArn, objects] },
            },
          }),
        ],
      }),
    });
    const finding = `<${(stack.resolve(bucket.bucketArn) as { 'Fn::GetAtt': string[] })['Fn::GetAtt'].join('.')}>`;
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${finding}/${PREFIX}<${TAG}>/*]`,
      reason: 'Keys of objects are made by customers; the prefix with the folder of the tenant bounds them.',
    });
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'DropFolder',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`${PREFIX}*`)],
        conditions: { ArnNotLike: { 'aws:PrincipalArn': this.arn } },
      }),
    );
  }
}
