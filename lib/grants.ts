import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import {
  type FunctionCall,
  functionArnVariable,
  machineArnVariable,
  type QueueSend,
  queueUrlVariable,
  type Resource,
} from '#contracts/resources.ts';
import type { TenantDatabase } from '#lib/constructs/tenant-database.ts';
import type { Environment } from '#lib/environment.ts';

/**
 * The permissions of a function, its environment variables, and the reasons why a statement reaches further than one
 * resource.
 */
export interface Grant {
  readonly statements: readonly PolicyStatement[];
  /** Read by `#platform/environment.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Reasons for wildcards. @default no wildcards */
  readonly wildcards?: readonly Wildcard[];
}

/** Every object under a prefix of a bucket, or whatever else an ARN with a wildcard names. */
export type Wildcard = { readonly reason: string } & (
  | { readonly bucket: IBucket; readonly prefix: string }
  | { readonly arn: string }
);

/** Returns the grant that using a resource takes. It throws if there is no resource of that name. */
export type ResourceGrants = (resource: Resource) => Grant;

/** The resources that the functions of an environment share. */
export interface GrantedResources {
  readonly database: TenantDatabase;
  readonly key: IKey;
  readonly uploads: IBucket;
  readonly dropUsers: DropUsers;
  readonly rejectedRows: IQueue;
  /** The beginning of the name of every queue of the environment. */
  readonly queuePrefix: string;
  readonly eventBus: IEventBus;
  /** The address from which mail is sent, and the identity that may; absent where no mail is sent. */
  readonly mail: { readonly from: string; readonly identityArn: string } | undefined;
  /** The environment's own address, which links in mails begin with; absent where API Gateway gives it one. */
  readonly publicUrl: string | undefined;
  /** Whether an ADMIN may set the passwords of others. */
  readonly passwordsByAdmin: boolean;
  /** The time zone of tenants that name none. */
  readonly timeZone: string;
  /** Whether privileged users need a second factor where their tenant has set nothing. */
  readonly secondFactor: 'on' | 'off';
  /** Whether webhooks and identity providers may be on this machine itself. Only development allows it. */
  readonly webhooksToLoopback: boolean;
  /** The contact for reports of weaknesses. */
  readonly security: SecurityContact;
  readonly signingKeys: ISecret;
  readonly audit: AuditArchive;
  /** Seals account numbers. */
  readonly fieldKey: ISecret;
  readonly bank: Bank;
  /** The ARN by name: the machine's functions get these grants, so the machine can't exist before them. */
  readonly disbursementMachineArn: string;
  /** Those that our own code sends to, by their jobs' names for them. */
  readonly queues: ReadonlyMap<string, SentQueue>;
  /** The ARNs of the functions that others call, by their jobs' names. */
  readonly called: ReadonlyMap<string, string>;
}

/** A queue that our own code sends to. */
export type SentQueue = Pick<IQueue, 'queueArn' | 'queueUrl'>;

/** The contact for reports of weaknesses, and the environment's own domain. */
export type SecurityContact = NonNullable<Environment['security']> & { readonly domain?: string | undefined };

/** The bucket of the exported audit trail, the key that signs its digests, and the years for which records are kept. */
export interface AuditArchive {
  readonly bucket: IBucket;
  readonly keys: ISecret;
  readonly retentionYears: number;
}

/** The bank that takes payment orders, and the secret by which the bank and the platform verify each other. */
export interface Bank {
  readonly secret: ISecret;
  /** Empty if payments go only into files. */
  readonly url: string;
  readonly callbackUrl: string;
  readonly waitSeconds: number;
}

/** The prefixes of objects in the uploads bucket, by who may access them. */
const READ_PREFIXES = ['incoming/', 'drop/', 'errors/'] as const;
/** The drop folder is the tenants': we never write to it. */
const WRITTEN_PREFIXES = ['incoming/', 'errors/'] as const;

/** The prefix of the exported audit trail. */
const AUDIT_PREFIX = 'audit/';

/** The bank's side of the bucket: what it brings, and what it fetches. */
const INBOUND_FILES = 'ach/inbound/';
const OUTBOUND_FILES = 'ach/outbound/';
const EXPORTS = 'exports/';

/** The users of the drop folder, all of them by the prefix of their names, and the policy that bounds each. */
export interface DropUsers {
  readonly prefix: string;
  readonly arn: string;
  readonly policyArn: string;
}

const underPolicy = (
  { arn, policyArn }: DropUsers,
  operator: string,
  key: string,
  actions: string[],
): PolicyStatement =>
  new PolicyStatement({ actions, resources: [arn], conditions: { [operator]: { [key]: policyArn } } });

const allow = (actions: string[], resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

/** Turns each {@link Resource} into the least that using it takes. The only place where functions are given rights. */
export function resourceGrants(resources: GrantedResources): ResourceGrants {
  const { database, key, uploads, rejectedRows, eventBus, signingKeys, fieldKey, bank, queues } = resources;
  const decrypt = allow(['kms:Decrypt'], [key.keyArn]);
  const encrypt = allow(['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]);
  const objects = (prefixes: readonly string[]) =>
    prefixes.map((prefix) => uploads.arnForObjects(`${prefix}*`));
  const anyObject = (prefixes: readonly string[]): Wildcard[] =>
    prefixes.map((prefix) => ({
      bucket: uploads,
      prefix,
      reason: 'Object keys are made at run time; the prefix bounds them.',
    }));
  // Only with the permission to list does S3 tell a missing object from a forbidden one.
  const tellMissing = allow(['s3:ListBucket'], [uploads.bucketArn]);
  const bucketName = { UPLOADS_BUCKET: uploads.bucketName };
  const machineArn = resources.disbursementMachineArn;
  const bankSecret = {
    statements: [allow(['secretsmanager:GetSecretValue'], [bank.secret.secretArn]), decrypt],
    environment: { BANK_SECRET_ARN: bank.secret.secretArn },
  };
  const secretArn = { SIGNING_KEYS_SECRET_ARN: signingKeys.secretArn };
  const named: Readonly<Record<Exclude<Resource, QueueSend | FunctionCall>, Grant>> = {
    'database:system': { statements: [database.connectStatement('vestry_system')], environment: {} },
    'uploadsBucket:read': {
      statements: [
        allow(['s3:GetObject', 's3:GetObjectVersion'], objects(READ_PREFIXES)),
        tellMissing,
        decrypt,
      ],
      environment: bucketName,
      wildcards: anyObject(READ_PREFIXES),
    },
    'uploadsBucket:write': {
      statements: [
        allow(
          ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
          objects(WRITTEN_PREFIXES),
        ),
        encrypt,
      ],
      environment: bucketName,
      wildcards: anyObject(WRITTEN_PREFIXES),
    },
    'dropFolder:know': { statements: [], environment: bucketName },
    'dropUsers:manage': {
      statements: [
        // A user is made with the boundary or not at all, and gets no other policy.
        underPolicy(resources.dropUsers, 'StringEquals', 'iam:PermissionsBoundary', ['iam:CreateUser']),
        underPolicy(resources.dropUsers, 'ArnEquals', 'iam:PolicyARN', [
          'iam:AttachUserPolicy',
          'iam:DetachUserPolicy',
        ]),
        allow(
          [
            'iam:TagUser',
            'iam:GetUser',
            'iam:DeleteUser',
            'iam:CreateAccessKey',
            'iam:ListAccessKeys',
            'iam:DeleteAccessKey',
          ],
          [resources.dropUsers.arn],
        ),
      ],
      environment: {
        DROP_POLICY_ARN: resources.dropUsers.policyArn,
        DROP_USER_PREFIX: resources.dropUsers.prefix,
      },
      wildcards: [
        {
          arn: resources.dropUsers.arn,
          reason:
            'Users are made at run time, one for each credential; the prefix of their names bounds them.',
        },
      ],
    },
    'rejectedRowsQueue:send': {
      statements: [allow(['sqs:SendMessage'], [rejectedRows.queueArn]), encrypt],
      environment: { REJECTED_ROWS_QUEUE_URL: rejectedRows.queueUrl },
    },
    'eventBus:put': {
      statements: [allow(['events:PutEvents'], [eventBus.eventBusArn])],
      environment: { EVENT_BUS_NAME: eventBus.eventBusName },
    },
    'disbursementMachine:start': {
      statements: [allow(['states:StartExecution'], [machineArn])],
      environment: { [machineArnVariable('disbursement')]: machineArn },
    },
    'disbursementMachine:report': {
      // Only the execution and our functions have the tokens; IAM checks the state machine that issued them.
      statements: [allow(['states:SendTaskSuccess'], [machineArn])],
      environment: {},
    },
    'executions:inspect': {
      statements: [allow(['states:ListExecutions'], [machineArn])],
      environment: { [machineArnVariable('disbursement')]: machineArn },
    },
    // It takes no resource.
    'schedules:inspect': { statements: [allow(['events:ListRules'], ['*'])], environment: {} },
    'bank:terms': {
      statements: [],
      environment: {
        BANK_BY_HTTP: bank.url === '' ? 'off' : 'on',
        BANK_WAIT_SECONDS: String(bank.waitSeconds),
      },
    },
    'bank:call': {
      ...bankSecret,
      environment: { ...bankSecret.environment, BANK_URL: bank.url },
    },
    'bank:verify': bankSecret,
    'mockBank:play': {
      ...bankSecret,
      environment: { ...bankSecret.environment, BANK_CALLBACK_URL: bank.callbackUrl },
    },
    'fieldKey:use': {
      statements: [allow(['secretsmanager:GetSecretValue'], [fieldKey.secretArn]), decrypt],
      environment: { FIELD_KEY_SECRET_ARN: fieldKey.secretArn },
    },
    'fieldKey:rotate': {
      statements: [allow(['secretsmanager:PutSecretValue'], [fieldKey.secretArn]), encrypt],
      environment: { FIELD_KEY_SECRET_ARN: fieldKey.secretArn },
    },
    'inboundFiles:read': {
      statements: [
        allow(['s3:GetObject', 's3:GetObjectVersion'], objects([INBOUND_FILES])),
        tellMissing,
        decrypt,
      ],
      environment: bucketName,
      wildcards: anyObject([INBOUND_FILES]),
    },
    'outboundFiles:write': {
      statements: [allow(['s3:PutObject'], objects([OUTBOUND_FILES])), encrypt],
      environment: bucketName,
      wildcards: anyObject([OUTBOUND_FILES]),
    },
    'bankFiles:read': {
      statements: [allow(['s3:GetObject'], objects([INBOUND_FILES, OUTBOUND_FILES])), tellMissing, decrypt],
      environment: bucketName,
      wildcards: anyObject([INBOUND_FILES, OUTBOUND_FILES]),
    },
    'exports:read': {
      statements: [allow(['s3:GetObject'], objects([EXPORTS])), decrypt],
      environment: bucketName,
      wildcards: anyObject([EXPORTS]),
    },
    'exports:write': {
      statements: [allow(['s3:PutObject', 's3:AbortMultipartUpload'], objects([EXPORTS])), encrypt],
      environment: bucketName,
      wildcards: anyObject([EXPORTS]),
    },
    'outside:address': {
      statements: [],
      environment: { OUTSIDE_TO_LOOPBACK: resources.webhooksToLoopback ? 'on' : 'off' },
    },
    'mail:send': {
      statements:
        resources.mail === undefined ? [] : [allow(['ses:SendEmail'], [resources.mail.identityArn])],
      environment: resources.mail === undefined ? {} : { MAIL_FROM: resources.mail.from },
    },
    'links:public': {
      statements: [],
      environment: resources.publicUrl === undefined ? {} : { PUBLIC_URL: resources.publicUrl },
    },
    'passwords:byAdmin': {
      statements: [],
      environment: { PASSWORDS_BY_ADMIN: resources.passwordsByAdmin ? 'on' : 'off' },
    },
    'timeZone:default': {
      statements: [],
      environment: { TIME_ZONE: resources.timeZone },
    },
    'secondFactor:demand': {
      statements: [],
      environment: { SECOND_FACTOR: resources.secondFactor },
    },
    'publicAddress:know': {
      statements: [],
      environment:
        resources.security.domain === undefined ? {} : { PUBLIC_DOMAIN: resources.security.domain },
    },
    'security:contact': { statements: [], environment: securityVariables(resources.security) },
    ...auditGrants(resources.audit, decrypt, encrypt),
    'signingKeys:read': {
      statements: [allow(['secretsmanager:GetSecretValue'], [signingKeys.secretArn]), decrypt],
      environment: secretArn,
    },
    ...operationsGrants(rejectedRows, resources.queuePrefix),
    // Neither action takes a resource.
    'metrics:read': {
      statements: [allow(['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'], ['*'])],
      environment: {},
    },
    'signingKeys:write': {
      statements: [allow(['secretsmanager:PutSecretValue'], [signingKeys.secretArn]), encrypt],
      environment: secretArn,
    },
  };
  const byName = new Map<string, Grant>([
    ...[...queues].map(([name, queue]) => [`queue:${name}:send`, sendGrant(name, queue)] as const),
    ...[...resources.called].map(([name, arn]) => [`function:${name}:call`, callGrant(name, arn)] as const),
  ]);
  return (resource) => {
    const grant = byName.get(resource) ?? named[resource as keyof typeof named];
    if (grant === undefined) throw new Error(`${resource} names nothing that our code may use`);
    return grant;
  };
}

type OperationsResource = Extract<Resource, 'queues:inspect' | `deadLetters:${string}`>;

/** Queues for operators. Rows that were rejected hold personal data under a key of their own, which none of these gives. */
function operationsGrants({ stack }: IQueue, prefix: string): Record<OperationsResource, Grant> {
  const arnOf = (name: string): string => stack.formatArn({ service: 'sqs', resource: `${prefix}${name}` });
  const [every, deadLetters] = [arnOf('*'), arnOf('*-dlq')];
  const wildcard = (arn: string): Wildcard => ({
    arn,
    reason:
      'An operator looks at whichever queue the environment has; the prefix of their names bounds them.',
  });
  return {
    'queues:inspect': {
      statements: [
        allow(['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'], [every]),
        // It takes no resource.
        allow(['sqs:ListQueues'], ['*']),
      ],
      environment: {},
      wildcards: [wildcard(every)],
    },
    'deadLetters:read': {
      statements: [allow(['sqs:ReceiveMessage'], [deadLetters])],
      environment: {},
      wildcards: [wildcard(deadLetters)],
    },
    'deadLetters:redrive': {
      statements: [
        allow(['sqs:StartMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], [deadLetters]),
        allow(['sqs:SendMessage'], [every]),
      ],
      environment: {},
      wildcards: [wildcard(deadLetters), wildcard(every)],
    },
  };
}

/** Queues of jobs have SQS's own key, which takes no grant. */
function sendGrant(name: string, queue: SentQueue): Grant {
  return {
    statements: [allow(['sqs:SendMessage'], [queue.queueArn])],
    environment: { [queueUrlVariable(name)]: queue.queueUrl },
  };
}

function callGrant(name: string, functionArn: string): Grant {
  return {
    statements: [allow(['lambda:InvokeFunction'], [functionArn])],
    environment: { [functionArnVariable(name)]: functionArn },
  };
}

type AuditResource = Extract<Resource, `audit${string}` | 'retentionPolicy:read'>;

function auditGrants(
  { bucket, keys, retentionYears }: AuditArchive,
  decrypt: PolicyStatement,
  encrypt: PolicyStatement,
): Record<AuditResource, Grant> {
  const bucketName = { AUDIT_BUCKET: bucket.bucketName };
  const secretArn = { AUDIT_KEYS_SECRET_ARN: keys.secretArn };
  const objects = bucket.arnForObjects(`${AUDIT_PREFIX}*`);
  const wildcards: Wildcard[] = [
    {
      bucket,
      prefix: AUDIT_PREFIX,
      reason: 'Object keys are made of days and tenants; the prefix bounds them.',
    },
  ];
  return {
    'auditBucket:read': {
      // Only with the permission to list does S3 tell a missing object from a forbidden one.
      statements: [
        allow(['s3:GetObject', 's3:GetObjectVersion'], [objects]),
        allow(['s3:ListBucket', 's3:ListBucketVersions'], [bucket.bucketArn]),
        decrypt,
      ],
      environment: bucketName,
      wildcards,
    },
    'auditBucket:write': {
      statements: [allow(['s3:PutObject', 's3:PutObjectRetention'], [objects]), encrypt],
      environment: bucketName,
      wildcards,
    },
    'auditKeys:read': {
      statements: [allow(['secretsmanager:GetSecretValue'], [keys.secretArn]), decrypt],
      environment: secretArn,
    },
    'auditKeys:write': {
      statements: [allow(['secretsmanager:PutSecretValue'], [keys.secretArn]), encrypt],
      environment: secretArn,
    },
    'retentionPolicy:read': { statements: [], environment: { RETENTION_YEARS: String(retentionYears) } },
  };
}

function securityVariables({ contact, policy, domain }: SecurityContact): Record<string, string> {
  return {
    ...(contact === undefined ? {} : { SECURITY_CONTACT: contact }),
    ...(policy === undefined ? {} : { SECURITY_POLICY: policy }),
    ...(domain === undefined ? {} : { SECURITY_DOMAIN: domain }),
  };
}

/** The sum of several grants. */
export function combine(grants: readonly Grant[]): Required<Grant> {
  return {
    statements: grants.flatMap(({ statements }) => statements),
    environment: Object.assign({}, ...grants.map(({ environment }) => environment)) as Record<string, string>,
    wildcards: grants.flatMap(({ wildcards }) => wildcards ?? []),
  };
}
