import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '#aws/endpoint/endpoint.ts';
import type { PolicyStatement, Role } from '#aws/endpoint/iam/policy.ts';
import { UserStore } from '#aws/endpoint/iam/user-store.ts';

const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';
const OWNER = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' };
const MACHINE = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:pay`;
const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:greet:live`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`;
const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:key-abc123`;
const BUS = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/bus`;
const Bucket = 'files';
const Key = 'in/a.csv';
const TASK_TOKEN = Buffer.from(
  JSON.stringify([`arn:aws:states:${REGION}:${ACCOUNT}:execution:pay:1`, 0, 'x']),
).toString('base64url');

let dataDir: string;
let endpoint: AwsEndpoint;
let queueUrl: string;
let roles: Map<string, Role>;

interface Call {
  /** The permission that the call needs. */
  readonly needs: string;
  readonly on: string;
  send(config: object): Promise<unknown>;
}

const OBJECT = `arn:aws:s3:::${Bucket}/${Key}`;
const s3 = (config: object) => new S3Client({ ...config, forcePathStyle: true });

/** One call of each operation that functions use, with the permission that the service authorization reference names. */
const CALLS: Record<string, Call> = {
  GetObject: {
    needs: 's3:GetObject',
    on: OBJECT,
    send: (c) => s3(c).send(new GetObjectCommand({ Bucket, Key })),
  },
  HeadObject: {
    needs: 's3:GetObject',
    on: OBJECT,
    send: (c) => s3(c).send(new HeadObjectCommand({ Bucket, Key })),
  },
  PutObject: {
    ...{ needs: 's3:PutObject', on: OBJECT },
    send: (c) => s3(c).send(new PutObjectCommand({ Bucket, Key, Body: 'a' })),
  },
  CreateMultipartUpload: {
    ...{ needs: 's3:PutObject', on: OBJECT },
    send: (c) => s3(c).send(new CreateMultipartUploadCommand({ Bucket, Key })),
  },
  UploadPart: {
    ...{ needs: 's3:PutObject', on: OBJECT },
    send: async (c) => {
      const { UploadId } = await s3(owner()).send(new CreateMultipartUploadCommand({ Bucket, Key }));
      return s3(c).send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'a' }));
    },
  },
  AbortMultipartUpload: {
    ...{ needs: 's3:AbortMultipartUpload', on: OBJECT },
    send: async (c) => {
      const { UploadId } = await s3(owner()).send(new CreateMultipartUploadCommand({ Bucket, Key }));
      return s3(c).send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    },
  },
  DeleteObject: {
    ...{ needs: 's3:DeleteObject', on: `arn:aws:s3:::${Bucket}/gone` },
    send: (c) => s3(c).send(new DeleteObjectCommand({ Bucket, Key: 'gone' })),
  },
  ListObjectsV2: {
    ...{ needs: 's3:ListBucket', on: `arn:aws:s3:::${Bucket}` },
    send: (c) => s3(c).send(new ListObjectsV2Command({ Bucket })),
  },
  SendMessage: {
    ...{ needs: 'sqs:SendMessage', on: QUEUE },
    send: (c) => new SQSClient(c).send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'm' })),
  },
  SendMessageBatch: {
    ...{ needs: 'sqs:SendMessage', on: QUEUE },
    send: (c) =>
      new SQSClient(c).send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [{ Id: '1', MessageBody: 'm' }] }),
      ),
  },
  ReceiveMessage: {
    ...{ needs: 'sqs:ReceiveMessage', on: QUEUE },
    send: (c) => new SQSClient(c).send(new ReceiveMessageCommand({ QueueUrl: queueUrl })),
  },
  GetSecretValue: {
    ...{ needs: 'secretsmanager:GetSecretValue', on: SECRET },
    send: (c) => new SecretsManagerClient(c).send(new GetSecretValueCommand({ SecretId: 'key' })),
  },
  PutSecretValue: {
    ...{ needs: 'secretsmanager:PutSecretValue', on: SECRET },
    send: (c) =>
      new SecretsManagerClient(c).send(new PutSecretValueCommand({ SecretId: SECRET, SecretString: 's' })),
  },
  ListRules: {
    ...{ needs: 'events:ListRules', on: '*' },
    send: (c) => new EventBridgeClient(c).send(new ListRulesCommand({ EventBusName: 'bus' })),
  },
  PutEvents: {
    ...{ needs: 'events:PutEvents', on: BUS },
    send: (c) =>
      new EventBridgeClient(c).send(
        new PutEventsCommand({
          Entries: [{ EventBusName: 'bus', Source: 's', DetailType: 't', Detail: '{}' }],
        }),
      ),
  },
  SendEmail: {
    ...{ needs: 'ses:SendEmail', on: `arn:aws:ses:${REGION}:${ACCOUNT}:identity/mail.example` },
    send: (c) =>
      new SESv2Client(c).send(
        new SendEmailCommand({
          FromEmailAddress: 'Shop <shop@mail.example>',
          Destination: { ToAddresses: ['a@b.example'] },
          Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
        }),
      ),
  },
  Invoke: {
    ...{ needs: 'lambda:InvokeFunction', on: FUNCTION },
    send: (c) => new LambdaClient(c).send(new InvokeCommand({ FunctionName: FUNCTION, Payload: '{"a":1}' })),
  },
  StartExecution: {
    ...{ needs: 'states:StartExecution', on: MACHINE },
    send: (c) => new SFNClient(c).send(new StartExecutionCommand({ stateMachineArn: MACHINE })),
  },
  SendTaskSuccess: {
    ...{ needs: 'states:SendTaskSuccess', on: MACHINE },
    send: (c) => new SFNClient(c).send(new SendTaskSuccessCommand({ taskToken: TASK_TOKEN, output: '{}' })),
  },
  GetMetricData: {
    ...{ needs: 'cloudwatch:GetMetricData', on: '*' },
    send: (c) =>
      new CloudWatchClient(c).send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 60_000),
          EndTime: new Date(),
          MetricDataQueries: [
            { Id: 'a', MetricStat: { Metric: { Namespace: 'n', MetricName: 'm' }, Period: 60, Stat: 'Sum' } },
          ],
        }),
      ),
  },
};

const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/drop`;
const UserName = 'drop-of-nobody';
const USER = `arn:aws:iam::${ACCOUNT}:user/${UserName}`;
const iam = (config: object) => new IAMClient(config);
/** Calls about a user who isn't there: IAM lets them pass before it looks. */
const USER_CALLS: Readonly<Record<string, Call>> = {
  GetUser: {
    ...{ needs: 'iam:GetUser', on: USER },
    send: (c) => iam(c).send(new GetUserCommand({ UserName })),
  },
  DeleteUser: {
    ...{ needs: 'iam:DeleteUser', on: USER },
    send: (c) => iam(c).send(new DeleteUserCommand({ UserName })),
  },
  AttachUserPolicy: {
    ...{ needs: 'iam:AttachUserPolicy', on: USER },
    send: (c) => iam(c).send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
  },
  DetachUserPolicy: {
    ...{ needs: 'iam:DetachUserPolicy', on: USER },
    send: (c) => iam(c).send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
  },
  CreateAccessKey: {
    ...{ needs: 'iam:CreateAccessKey', on: USER },
    send: (c) => iam(c).send(new CreateAccessKeyCommand({ UserName })),
  },
  ListAccessKeys: {
    ...{ needs: 'iam:ListAccessKeys', on: USER },
    send: (c) => iam(c).send(new ListAccessKeysCommand({ UserName })),
  },
  DeleteAccessKey: {
    ...{ needs: 'iam:DeleteAccessKey', on: USER },
    send: (c) => iam(c).send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: 'AKIAABCDEFGHIJKLMNOP' })),
  },
};
Object.assign(CALLS, USER_CALLS);

const owner = () => ({ endpoint: endpoint.url, region: REGION, credentials: OWNER, maxAttempts: 1 });
const as = (role: string) => ({
  ...owner(),
  credentials: endpoint.principals.keysOf(roles.get(role)?.arn ?? ''),
});

const OWN_FOLDER: PolicyStatement = {
  ...{ effect: 'Allow', actions: ['s3:PutObject'] },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM
  resources: [`arn:aws:s3:::${Bucket}/drop/`.concat('${aws:PrincipalTag/folder}/*')],
};

function role(name: string, actions: string[], resources: string[]): Role {
  const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
  return { arn, statements: [{ effect: 'Allow', actions, resources }] };
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aws-roles-'));
  roles = new Map(
    Object.entries(CALLS).flatMap(([name, { needs, on }]) => [
      [`${name} allowed`, role(`${name}-allowed`, [needs], [on])],
      [`${name} of another`, role(`${name}-of-another`, [needs], [`${on}-other`])],
      [
        `${name} not`,
        {
          arn: `arn:aws:iam::${ACCOUNT}:role/${name}-not`,
          statements: [
            { effect: 'Allow', actions: ['*'], resources: ['*'] },
            { effect: 'Deny', actions: [needs], resources: ['*'] },
          ],
        },
      ],
    ]),
  );
  roles.set('reader', role('reader', ['s3:GetObject'], [`arn:aws:s3:::${Bucket}/in/*`]));
  roles.set('lister', role('lister', ['s3:GetObject', 's3:ListBucket'], [`arn:aws:s3:::${Bucket}*`]));
  roles.set('writer', role('writer', ['s3:PutObject'], [`arn:aws:s3:::${Bucket}/*`]));
  endpoint = await startAwsEndpoint({
    ...{ port: 0, dataDir, region: REGION, accountId: ACCOUNT, ...OWNER },
    buckets: [
      {
        ...{ name: Bucket, versioned: true },
        notifications: [{ queueArn: QUEUE, events: ['s3:ObjectCreated:*'], prefix: 'drop/' }],
        policy: [
          {
            ...{ effect: 'Deny', actions: ['s3:PutObject'], resources: [`arn:aws:s3:::${Bucket}/drop/*`] },
            conditions: [
              {
                ...{ operator: 'ArnNotLike', key: 'aws:PrincipalArn' },
                values: [`arn:aws:iam::${ACCOUNT}:user/drop-*`],
              },
            ],
          },
        ],
      },
    ],
    managedPolicies: [{ arn: PolicyArn, statements: [OWN_FOLDER] }],
    queues: [
      {
        ...{ name: 'jobs', arn: QUEUE, visibilityTimeoutSeconds: 30, delaySeconds: 0 },
        ...{ retentionSeconds: 3_600, receiveWaitSeconds: 0 },
      },
    ],
    eventBuses: ['bus'],
    secrets: [{ name: 'key', arn: SECRET, initialValue: 'one' }],
    mailIdentities: ['mail.example'],
    roles: [...roles.values()],
    functions: {
      has: () => true,
      invoke: async (_, payload) => ({ ok: true, requestId: 'r', payload }),
    },
    onEvent: () => undefined,
  });
  queueUrl = endpoint.queues.queueUrl('jobs');
  await s3(owner()).send(new PutObjectCommand({ Bucket, Key, Body: 'rows' }));
});

afterAll(async () => {
  await endpoint.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** Services refuse by these names, once IAM has let the call pass. */
const BEHIND_IAM = ['StateMachineDoesNotExist', 'TaskDoesNotExist', 'NoSuchEntityException'];

const outcomeOf = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'done',
    (error: Error) => (BEHIND_IAM.includes(error.name) ? 'done' : error.name),
  );

describe.each(Object.entries(CALLS))('%s', (name, { send }) => {
  test('needs its action on its resource, and nothing else', async () => {
    expect(await outcomeOf(send(as(`${name} allowed`)))).toBe('done');
  });

  test('is refused with the action on another resource, and with a denial beside an allowance', async () => {
    if (CALLS[name]?.on !== '*')
      expect(await outcomeOf(send(as(`${name} of another`)))).toMatch(/AccessDenied|403|Forbidden|Unknown/);
    expect(await outcomeOf(send(as(`${name} not`)))).toMatch(/AccessDenied|403|Forbidden|Unknown/);
  });
});

test('a refusal names the role, the action and the resource', async () => {
  await expect(s3(as('reader')).send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).rejects.toThrow(
    `User: arn:aws:iam::${ACCOUNT}:role/reader is not authorized to perform: s3:PutObject on resource: ${OBJECT}`,
  );
});

test('a version, an object under retention and the source of a copy have permissions of their own', async () => {
  const { VersionId } = await s3(owner()).send(new PutObjectCommand({ Bucket, Key, Body: 'rows' }));
  await expect(s3(as('reader')).send(new GetObjectCommand({ Bucket, Key, VersionId }))).rejects.toThrow(
    's3:GetObjectVersion',
  );
  const locked = {
    ObjectLockMode: 'GOVERNANCE',
    ObjectLockRetainUntilDate: new Date(Date.now() + 60_000),
  } as const;
  await expect(
    s3(as('writer')).send(new PutObjectCommand({ Bucket, Key, Body: 'x', ...locked })),
  ).rejects.toThrow('s3:PutObjectRetention');
  await expect(
    s3(as('writer')).send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}` })),
  ).rejects.toThrow(`s3:GetObject on resource: ${OBJECT}`);
});

test('a missing object is missing for who may list the bucket, and forbidden for others', async () => {
  const missing = new GetObjectCommand({ Bucket, Key: 'in/missing' });
  await expect(s3(as('lister')).send(missing)).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(s3(as('reader')).send(missing)).rejects.toMatchObject({
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
});

test('a presigned URL may do what its signer may, when it is used', async () => {
  const url = await getSignedUrl(s3(as('writer')), new GetObjectCommand({ Bucket, Key }));
  expect((await fetch(url)).status).toBe(403);
  const readable = await getSignedUrl(s3(as('reader')), new GetObjectCommand({ Bucket, Key }));
  expect(await (await fetch(readable)).text()).toBe('rows');
});

/** Makes a user with a folder, and answers the configuration of their client. */
async function newUser(name: string, folder: string, boundary?: string) {
  const client = iam(owner());
  const Tags = [{ Key: 'folder', Value: folder }];
  const { User } = await client.send(
    new CreateUserCommand({ UserName: name, Tags, ...(boundary && { PermissionsBoundary: boundary }) }),
  );
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: name }));
  const accessKeyId = AccessKey?.AccessKeyId ?? '';
  const credentials = { accessKeyId, secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  return { id: User?.UserId, accessKeyId, config: { ...owner(), credentials } };
}

const put = (config: object, key: string) =>
  outcomeOf(s3(config).send(new PutObjectCommand({ Bucket, Key: key, Body: 'rows' })));

test('a user writes into their own folder once a policy is attached, and until the key is deleted', async () => {
  const { id, accessKeyId, config } = await newUser('drop-acme', 'acme', PolicyArn);
  expect(await put(config, 'drop/acme/a.csv')).toBe('AccessDenied');
  await iam(owner()).send(new AttachUserPolicyCommand({ UserName: 'drop-acme', PolicyArn }));
  expect(await put(config, 'drop/acme/a.csv')).toBe('done');
  expect(await put(config, 'drop/globex/a.csv')).toBe('AccessDenied');
  expect(await put(config, 'in/a.csv')).toBe('AccessDenied');
  const { Messages = [] } = await new SQSClient(owner()).send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  const announced = Messages.find(({ Body }) => Body?.includes('drop/acme/a.csv'));
  expect(JSON.parse(announced?.Body ?? '').Records[0].userIdentity).toEqual({ principalId: `AWS:${id}` });
  await iam(owner()).send(new DeleteAccessKeyCommand({ UserName: 'drop-acme', AccessKeyId: accessKeyId }));
  expect(await put(config, 'drop/acme/b.csv')).toBe('InvalidAccessKeyId');
});

test('what a policy of the bucket denies, nobody may: not a role that may write anywhere, and not the owner', async () => {
  expect(await put(as('writer'), 'drop/acme/a.csv')).toBe('AccessDenied');
  expect(await put(owner(), 'drop/acme/a.csv')).toBe('AccessDenied');
  expect(await put(as('writer'), 'in/a.csv')).toBe('done');
});

test('a user outlives a restart with the same id, has two keys at most, and goes only without any', async () => {
  const { accessKeyId } = await newUser('drop-twice', 'acme');
  const client = iam(owner());
  const of = { UserName: 'drop-twice' };
  await expect(client.send(new CreateUserCommand(of))).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
  });
  await client.send(new CreateAccessKeyCommand(of));
  await expect(client.send(new CreateAccessKeyCommand(of))).rejects.toMatchObject({
    name: 'LimitExceededException',
  });
  await expect(client.send(new DeleteUserCommand(of))).rejects.toMatchObject({
    name: 'DeleteConflictException',
  });
  expect(new UserStore(join(dataDir, 'users.json'), ACCOUNT, []).principalOf(accessKeyId)).toMatchObject({
    identity: { tags: { folder: 'acme' } },
  });
  const { AccessKeyMetadata = [] } = await client.send(new ListAccessKeysCommand(of));
  for (const { AccessKeyId } of AccessKeyMetadata)
    await client.send(new DeleteAccessKeyCommand({ ...of, AccessKeyId }));
  await client.send(new DeleteUserCommand(of));
  await expect(client.send(new GetUserCommand(of))).rejects.toMatchObject({ name: 'NoSuchEntityException' });
});
