import { describe, expect, test } from 'vitest';
import { readEnvironment } from '#lib/environment.ts';
import { environmentNames } from '#lib/environment-names.ts';
import { tablesOf } from '#lib/vestry.ts';
import { kebabCase } from '#platform/http/route.ts';
import { Synthesised, type TemplateProperties, type TemplateResource } from './synthesised.ts';

/** CloudFormation takes 500: a stack is split before it can't be deployed. */
const RESOURCES_PER_STACK = 400;
/** CloudFormation takes 1 MB. */
const TEMPLATE_BYTES = 800_000;
const PREFIXES = { queue: 'worker', scheduled: 'scheduled', step: 'step', called: 'called' } as const;
const VISIBILITY_TIMEOUTS = 6;

/** Actions that take no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const ACTIONS_WITHOUT_RESOURCE = [
  'cloudwatch:GetMetricData',
  'cloudwatch:ListMetrics',
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  'events:ListRules',
  'sqs:ListQueues',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

const list = <T>(value: T | readonly T[] | undefined): readonly T[] => [value ?? []].flat() as T[];

describe.each(environmentNames())('templates of %s', (name) => {
  const environment = readEnvironment(name);
  const tables = tablesOf(environment);
  const synthesised = Synthesised.of(environment);
  const ofType = (type: string): TemplateResource[] => synthesised.ofType(type);

  /** Ours, without the CDK's code that answers CloudFormation for the migrations. */
  const functions = ofType('AWS::Lambda::Function').filter(
    ({ Properties }) => Properties.Handler === 'index.handler',
  );

  function roleOf(fn: TemplateResource): TemplateResource {
    return synthesised.referred(fn.stack, fn.Properties.Role);
  }

  function statementsOf(fn: TemplateResource): TemplateProperties[] {
    return list<TemplateProperties>(roleOf(fn).Properties.Policies).flatMap(
      ({ PolicyDocument }) => PolicyDocument.Statement,
    );
  }

  /** The stack that exports a name. */
  function exported(exportName: string): string | undefined {
    return synthesised.assembly.stacks.find(({ template }) =>
      Object.values<TemplateProperties>(template.Outputs ?? {}).some(
        ({ Export }) => Export?.Name === exportName,
      ),
    )?.stackName;
  }

  test('stacks stay small enough to be deployed', () => {
    for (const { stackName, template } of synthesised.assembly.stacks) {
      expect(Object.keys(template.Resources).length, stackName).toBeLessThan(RESOURCES_PER_STACK);
      expect(JSON.stringify(template).length, stackName).toBeLessThan(TEMPLATE_BYTES);
    }
  });

  test('every route and job has its function', () => {
    const names = functions.map(({ Properties }) => Properties.FunctionName);
    const expected = [
      ...tables.routes.map(({ operationId }) => `api-${kebabCase(operationId)}`),
      ...tables.jobs.map((job) => `${PREFIXES[job.kind]}-${job.name}`),
      'api-authorizer',
      'api-not-found',
      'migrate',
      ...(environment.edge === undefined ? [] : ['publish-console']),
    ];
    expect(names.sort()).toEqual(expected.map((part) => `vestry-${name}-${part}`).sort());
  });

  test('every function has a role and a log group of its own', () => {
    const roles = functions.map((fn) => `${fn.stack}/${roleOf(fn).id}`);
    const logs = functions.map((fn) => `${fn.stack}/${fn.Properties.LoggingConfig.LogGroup.Ref}`);
    expect(new Set(roles).size).toBe(functions.length);
    expect(new Set(logs).size).toBe(functions.length);
    const policies = ofType('AWS::IAM::Policy').flatMap(({ stack, Properties }) =>
      list<{ Ref: string }>(Properties.Roles).map(({ Ref }) => `${stack}/${Ref}`),
    );
    expect(roles.filter((role) => policies.includes(role))).toEqual([]);
    for (const fn of functions) expect(roleOf(fn).Properties.ManagedPolicyArns).toBeUndefined();
  });

  test('functions run as they were measured', () => {
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON' },
      });
      expect(Properties.Environment.Variables.VESTRY_ENVIRONMENT).toBe(name);
    }
    for (const { Properties } of ofType('AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays).toBeGreaterThan(0);
  });

  test('a function may do everything only where an action takes no resource', () => {
    for (const statement of functions.flatMap(statementsOf)) {
      expect(list<string>(statement.Action).filter((action) => action.includes('*'))).toEqual([]);
      if (!list<unknown>(statement.Resource).includes('*')) continue;
      expect(ACTIONS_WITHOUT_RESOURCE).toEqual(expect.arrayContaining([...list<string>(statement.Action)]));
    }
  });

  test('functions sign in to the database as they declare, never as its owner', () => {
    const system = [...tables.routes, ...tables.jobs]
      .filter(({ uses }) => uses.includes('database:system'))
      .map((use) => ('operationId' in use ? kebabCase(use.operationId) : use.name));
    for (const fn of functions) {
      const users = statementsOf(fn)
        .filter(({ Action }) => list<string>(Action).includes('rds-db:connect'))
        .flatMap(({ Resource }) =>
          [...JSON.stringify(Resource).matchAll(/\/(vestry_\w+|\*)"/g)].map(([, user]) => user),
        );
      const short = fn.Properties.FunctionName.replace(/^vestry-.*?-(api|worker|scheduled|step|called)-/, '');
      const expected = ['vestry_app', ...(system.includes(short) ? ['vestry_system'] : [])];
      expect([...new Set(users)].sort(), fn.Properties.FunctionName).toEqual(
        fn.Properties.VpcConfig ? expected : [],
      );
    }
  });

  test('every queue has a dead-letter queue with an alarm, or is one; what tenants have to correct raises none', () => {
    const queues = ofType('AWS::SQS::Queue');
    const deadLetters = queues.filter(({ Properties }) => /-dlq$|-rejected-rows$/.test(Properties.QueueName));
    const isForTenants = (queue: TemplateResource) => queue.Properties.QueueName.endsWith('-rejected-rows');
    const watched = ofType('AWS::CloudWatch::Alarm').flatMap(({ stack, Properties }) =>
      list<TemplateProperties>(Properties.Dimensions).map(
        ({ Value }) => `${stack}/${Value['Fn::GetAtt']?.[0]}`,
      ),
    );
    for (const { stack, id, Properties } of deadLetters.filter((queue) => !isForTenants(queue)))
      expect(watched, Properties.QueueName).toContain(`${stack}/${id}`);
    for (const { stack, Properties } of queues.filter((queue) => !deadLetters.includes(queue))) {
      const target = synthesised.referred(stack, Properties.RedrivePolicy.deadLetterTargetArn);
      const own = Properties.QueueName.endsWith('-firings')
        ? `vestry-${name}-schedules-dlq`
        : `${Properties.QueueName}-dlq`;
      expect(target.Properties.QueueName).toBe(own);
    }
  });

  test('queues are encrypted and refuse plain connections', () => {
    const policies = ofType('AWS::SQS::QueuePolicy');
    for (const { stack, id, Properties } of ofType('AWS::SQS::Queue')) {
      expect(Properties.SqsManagedSseEnabled === true || Properties.KmsMasterKeyId !== undefined).toBe(true);
      const policy = policies.find(
        (candidate) => candidate.stack === stack && candidate.Properties.Queues[0].Ref === id,
      );
      expect(JSON.stringify(policy?.Properties)).toContain('"aws:SecureTransport":"false"');
    }
  });

  test('a message stays hidden for six times as long as its worker may run', () => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(
      tables.jobs.filter(({ kind }) => kind === 'queue' || kind === 'scheduled').length,
    );
    for (const { stack, Properties } of mappings) {
      const queue = synthesised.referred(stack, Properties.EventSourceArn);
      const worker = synthesised.functionBehind(stack, Properties.FunctionName);
      expect(queue.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(
        VISIBILITY_TIMEOUTS * worker.Properties.Timeout,
      );
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(Properties.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
    }
  });

  test('uploads are announced to the queue, by prefix', () => {
    const [uploads] = ofType('AWS::S3::Bucket').filter(
      ({ Properties }) => 'NotificationConfiguration' in Properties,
    );
    const announced = uploads?.Properties.NotificationConfiguration.QueueConfigurations.map(
      ({ Event, Queue, Filter }: TemplateProperties) => [
        Event,
        synthesised.referred(uploads.stack, Queue).Properties.QueueName,
        Filter.S3Key.Rules,
      ],
    );
    expect(announced).toEqual(
      [
        ['incoming/', 'uploads'],
        ['drop/', 'uploads'],
        ['ach/inbound/', 'inbound-files'],
      ].map(([Value, queue]) => [
        's3:ObjectCreated:*',
        `vestry-${name}-${queue}`,
        [{ Name: 'prefix', Value }],
      ]),
    );
  });

  test('buckets are private, versioned, encrypted, and refuse plain connections', () => {
    const policies = ofType('AWS::S3::BucketPolicy');
    for (const { stack, id, Properties } of ofType('AWS::S3::Bucket')) {
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
      expect(Properties.BucketEncryption).toBeDefined();
      const policy = policies.find(
        (candidate) => candidate.stack === stack && candidate.Properties.Bucket.Ref === id,
      );
      expect(JSON.stringify(policy?.Properties)).toContain('"aws:SecureTransport":"false"');
    }
  });

  test('a user of the drop folder may write into the folder of the user’s tag, and nobody else there', () => {
    const text = (value: unknown) => JSON.stringify(value);
    const arn = `:user/vestry-${name}-drop-*`;
    const [policy] = ofType('AWS::IAM::ManagedPolicy').filter(
      ({ Properties }) => Properties.ManagedPolicyName === `vestry-${name}-drop`,
    );
    const [objects, key] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(policy?.Properties.PolicyDocument.Statement).toHaveLength(2);
    expect([...objects.Action].sort()).toEqual([
      's3:AbortMultipartUpload',
      's3:ListMultipartUploadParts',
      's3:PutObject',
    ]);
    expect(text(objects.Resource)).toContain('/drop/\u0024{aws:PrincipalTag/folder}/*');
    expect([...key.Action].sort()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(Object.keys(key.Condition)).toEqual(['StringEquals', 'StringLike']);
    const denials = ofType('AWS::S3::BucketPolicy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as TemplateProperties[])
      .filter(({ Sid }) => Sid === 'DropFolder');
    expect(denials).toMatchObject([{ Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:PutObject' }]);
    expect(text(denials[0]?.Resource)).toContain('/drop/*');
    expect(text(denials[0]?.Condition.ArnNotLike['aws:PrincipalArn'])).toContain(arn);
    const roles = ofType('AWS::IAM::Role').filter(({ Properties }) => text(Properties).includes('"iam:'));
    const statements = roles.flatMap(({ Properties }) =>
      (Properties.Policies as TemplateProperties[]).flatMap(
        ({ PolicyDocument }) => PolicyDocument.Statement as TemplateProperties[],
      ),
    );
    const onUsers = statements.filter(({ Action }) => text(Action).includes('"iam:'));
    // One function, outside of the database's network.
    expect(roles).toHaveLength(1);
    for (const { Resource } of onUsers) expect(text(Resource)).toContain(arn);
    for (const [action, operator, condition] of [
      ['iam:CreateUser', 'StringEquals', 'iam:PermissionsBoundary'],
      ['iam:AttachUserPolicy', 'ArnEquals', 'iam:PolicyARN'],
    ] as const) {
      const allowing = onUsers.filter(({ Action }) => text(Action).includes(`"${action}"`));
      expect(allowing).toHaveLength(1);
      expect(text(allowing[0]?.Condition[operator][condition])).toContain(`:policy/vestry-${name}-drop`);
    }
  });

  test('the database is encrypted, takes IAM tokens over TLS, and is protected', () => {
    const [cluster] = ofType('AWS::RDS::DBCluster');
    expect(cluster?.Properties).toMatchObject({
      StorageEncrypted: true,
      EnableIAMDatabaseAuthentication: true,
      DeletionProtection: environment.deletionProtection,
      ManageMasterUserPassword: true,
      EnableCloudwatchLogsExports: ['postgresql'],
    });
    expect(cluster?.Properties).not.toHaveProperty('MasterUserPassword');
    const [proxy] = ofType('AWS::RDS::DBProxy');
    expect(proxy?.Properties).toMatchObject({ RequireTLS: true, DefaultAuthScheme: 'IAM_AUTH' });
    expect(ofType('AWS::KMS::Key').every(({ Properties }) => Properties.EnableKeyRotation)).toBe(true);
  });

  test('the firings of every scheduled job wait on a queue, which its function consumes', () => {
    const rules = ofType('AWS::Events::Rule').filter(
      ({ Properties }) => Properties.ScheduleExpression !== undefined,
    );
    const mappings = ofType('AWS::Lambda::EventSourceMapping');
    const fired = rules.map(({ stack, Properties }) => {
      expect(Properties.Targets).toHaveLength(1);
      const [target] = Properties.Targets;
      const queue = synthesised.referred(stack, target.Arn);
      const mapping = mappings.find(
        (candidate) =>
          candidate.stack === stack &&
          synthesised.referred(stack, candidate.Properties.EventSourceArn) === queue,
      );
      const givenUp = [target.DeadLetterConfig.Arn, queue.Properties.RedrivePolicy.deadLetterTargetArn].map(
        (arn) => synthesised.referred(stack, arn).Properties.QueueName,
      );
      expect(givenUp).toEqual(Array(2).fill(`vestry-${name}-schedules-dlq`));
      expect(queue.Properties.RedrivePolicy.maxReceiveCount).toBeGreaterThan(100);
      expect(mapping?.Properties.BatchSize).toBe(1);
      return [Properties.Name, Properties.ScheduleExpression, queue.Properties.QueueName];
    });
    const scheduled = tables.jobs.filter((job) => job.kind === 'scheduled');
    expect(fired).toEqual(
      scheduled.map((job) => [
        `vestry-${name}-${job.name}`,
        job.schedule,
        `vestry-${name}-${job.name}-firings`,
      ]),
    );
    expect(ofType('AWS::Lambda::EventInvokeConfig')).toEqual([]);
  });

  test('the bus puts what a job asks for on its queue', () => {
    const rules = ofType('AWS::Events::Rule').filter(
      ({ Properties }) => Properties.EventPattern !== undefined,
    );
    const heard = rules.map(({ stack, Properties }) => {
      const queue = synthesised.referred(stack, Properties.Targets[0].Arn);
      const policy = ofType('AWS::SQS::QueuePolicy').find(
        (candidate) => candidate.stack === stack && candidate.Properties.Queues[0].Ref === queue.id,
      );
      expect(JSON.stringify(policy?.Properties)).toContain('"Service":"events.amazonaws.com"');
      expect(Properties.EventPattern.source).toEqual(['vestry']);
      return [queue.Properties.QueueName, Properties.EventPattern['detail-type']];
    });
    const asked = tables.jobs.flatMap((job) =>
      job.kind === 'queue' && job.source !== 'code' && 'events' in job.source
        ? [[`vestry-${name}-${job.queue}`, job.source.events]]
        : [],
    );
    expect(asked.length).toBeGreaterThan(1);
    expect(heard.sort()).toEqual(asked.sort());
  });

  test('functions that call others by HTTP are outside the network', () => {
    const outside = functions.filter(({ Properties }) => Properties.VpcConfig === undefined);
    const named = outside.map(({ Properties }) => Properties.FunctionName);
    expect(named).toContain(`vestry-${name}-worker-deliver-webhook`);
  });

  test('the mock bank and the platform reach each other at the address of the API', () => {
    const endpoint = { 'Fn::ImportValue': `vestry-${name}-api-endpoint` };
    const at = (path: string) => ({ 'Fn::Join': ['', [endpoint, path]] });
    const expected = environment.mockBank
      ? { BANK_URL: at('mock-bank'), BANK_CALLBACK_URL: at('api/bank/callbacks') }
      : { BANK_URL: environment.bank?.url ?? '' };
    const told = functions.flatMap(({ stack, Properties: { Environment } }) =>
      Object.entries(Environment.Variables)
        .filter(([variable]) => /^BANK_(CALLBACK_)?URL$/.test(variable))
        .map(([variable, value]) => ({ stack, variable, value })),
    );
    expect(Object.fromEntries(told.map(({ variable, value }) => [variable, value]))).toEqual(expected);
    const payments = synthesised.assembly.getStackByName(`vestry-${name}-payments`);
    expect([...new Set(told.map(({ stack }) => stack))]).toEqual([payments.stackName]);
    expect(payments.dependencies.map(({ id }) => id)).toContain(`vestry-${name}-api`);
    expect(exported(`vestry-${name}-api-endpoint`)).toBe(`vestry-${name}-api`);
  });

  test('the schema is migrated before a function is deployed, whenever a migration changes', () => {
    const [migration] = ofType('Custom::Migration');
    expect(migration?.Properties.migrations).toMatch(/^[0-9a-f]{64}$/);
    for (const part of [
      'api',
      'routes-core',
      'routes-identity',
      'routes-directory',
      'routes-sign-in',
      'routes-money',
      'ingestion',
      'schedules',
      'payments',
    ]) {
      const stack = synthesised.assembly.getStackByName(`vestry-${name}-${part}`);
      expect(stack.dependencies.map(({ id }) => id)).toContain(migration?.stack);
    }
  });
});

describe('production', () => {
  const synthesised = Synthesised.of(readEnvironment('acme-prod'));

  test('has no mock bank', () => {
    const templates = JSON.stringify(synthesised.assembly.stacks.map(({ template }) => template));
    expect(templates).not.toMatch(/mock-?bank/i);
  });

  test('protects its data and the stacks that hold it', () => {
    for (const part of ['data', 'ingestion'])
      expect(synthesised.assembly.getStackByName(`vestry-acme-prod-${part}`).terminationProtection).toBe(
        true,
      );
    expect(synthesised.ofType('AWS::RDS::DBCluster')[0]?.Properties.DeletionProtection).toBe(true);
  });
});
