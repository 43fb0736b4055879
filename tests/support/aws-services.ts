import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BusEvent } from 'template-runner/endpoint';
import { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from 'template-runner/endpoint';
import { detailSchema } from '#contracts/event-schemas.ts';
import { EVENT_TYPES } from '#contracts/event-types.ts';
import { functionArnVariable, queueUrlVariable } from '#contracts/resources.ts';
import { type Consumption, consumptionOf, FIRINGS_GIVEN_UP, maxReceivesOf } from '#platform/queue/job.ts';
import { setPace } from '#platform/queue/pauses.ts';
import { jobs } from '../../shared/jobs.ts';
import { disbursementMachine, MACHINE_ARN } from './disbursement-machine.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const BUS = 'vestry-test';

/** A queue's name here, by the name that its job gives it. */
export const queueName = (name: string): string => `vestry-test-${name}`;

export interface TestAws {
  readonly endpoint: AwsEndpoint;
  /** The events that were put on the bus, in order. */
  readonly events: BusEvent[];
  readonly uploadsBucket: string;
  readonly auditBucket: string;
  /** The directory in which objects are plain files. */
  readonly dataDir: string;
  close(): Promise<void>;
}

/**
 * Starts the AWS services of the local platform, and sets the environment variables by which the code under test
 * finds them. Messages come back at once.
 */
export async function testAws(
  more: Partial<Pick<AwsEndpointOptions, 'secrets' | 'stepFunctions' | 'now' | 'managedPolicies'>> & {
    /** The lifecycle rules of the audit bucket. @default none */
    readonly auditTransitions?: AwsEndpointOptions['buckets'][number]['transitions'];
  } = {},
): Promise<TestAws> {
  setPace(0);
  const dataDir = mkdtempSync(join(tmpdir(), 'vestry-aws-'));
  const events: BusEvent[] = [];
  const refused: string[] = [];
  const arnOf = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${queueName(name)}`;
  const queue = (name: string, given?: { readonly maxReceives: number; readonly deadLetters: string }) => ({
    name: queueName(name),
    arn: arnOf(name),
    visibilityTimeoutSeconds: 30,
    delaySeconds: 0,
    retentionSeconds: 3600,
    receiveWaitSeconds: 0,
    ...(given && { deadLetter: { arn: arnOf(given.deadLetters), maxReceives: given.maxReceives } }),
  });
  const consumed = jobs.flatMap((job) =>
    job.kind === 'queue' || job.kind === 'scheduled' ? [consumptionOf(job)] : [],
  );
  const deadLettersOf = (job: Consumption) => job.deadLetters ?? `${job.queue}-dlq`;
  const fieldKey = {
    name: 'field-key',
    arn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:field-key`,
  };
  const secret = {
    name: 'signing-keys',
    arn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:signing-keys`,
  };
  const auditKeys = {
    name: 'audit-keys',
    arn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:audit-keys`,
  };
  const uploadsBucket = 'vestry-test-uploads';
  const auditBucket = 'vestry-test-audit';
  const endpoint = await startAwsEndpoint({
    port: 0,
    dataDir,
    region: REGION,
    accountId: ACCOUNT,
    accessKeyId: 'TESTKEY',
    secretAccessKey: 'only-for-tests',
    buckets: [
      { name: uploadsBucket, notifications: [] },
      { name: auditBucket, versioned: true, notifications: [], transitions: more.auditTransitions ?? [] },
    ] as never,
    ...(more.now === undefined ? {} : { now: more.now }),
    queues: [
      ...consumed.map((job) =>
        queue(job.queue, { maxReceives: maxReceivesOf(job), deadLetters: deadLettersOf(job) }),
      ),
      ...[...new Set(consumed.map(deadLettersOf))].map((name) => queue(name)),
      queue('rejected-rows'),
    ],
    eventBuses: ['default', BUS],
    rules: jobs.flatMap((job) =>
      job.kind === 'scheduled'
        ? [
            {
              ...{ name: queueName(job.name), arn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/${job.name}` },
              ...{ description: job.purpose, eventBusName: 'default', pattern: undefined },
              schedule: job.schedule,
            },
          ]
        : [],
    ),
    secrets: [
      { ...secret, initialValue: '{"keys":[]}' },
      { ...auditKeys, initialValue: '{"keys":[]}' },
      ...(more.secrets?.some(({ arn }) => arn === fieldKey.arn)
        ? []
        : [{ ...fieldKey, initialValue: 'the key of fields in the test' }]),
      ...(more.secrets ?? []),
    ],
    mailIdentities: ['vestry.test'],
    functions: calledFunctions,
    managedPolicies: more.managedPolicies ?? [],
    // Executions are started, and run only in a world of payments.
    stepFunctions: more.stepFunctions ?? {
      stateMachines: [disbursementMachine()],
      functions: { has: () => false, invoke: () => Promise.reject(new Error('there are no steps')) },
      clock: { now: () => new Date(), onMove: () => undefined },
    },
    onEvent: (event) => {
      events.push(event);
      refused.push(...refuseEvent(event));
    },
  });
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ACCESS_KEY_ID: 'TESTKEY',
    AWS_SECRET_ACCESS_KEY: 'only-for-tests',
    UPLOADS_BUCKET: uploadsBucket,
    EVENT_BUS_NAME: BUS,
    SIGNING_KEYS_SECRET_ARN: secret.arn,
    FIELD_KEY_SECRET_ARN: fieldKey.arn,
    DISBURSEMENT_MACHINE_ARN: MACHINE_ARN,
    AUDIT_BUCKET: auditBucket,
    AUDIT_KEYS_SECRET_ARN: auditKeys.arn,
    RETENTION_YEARS: '7',
    MAIL_FROM: 'no-reply@vestry.test',
    ...Object.fromEntries(called.map(({ name }) => [functionArnVariable(name), functionArn(name)])),
    ...Object.fromEntries(
      [...consumed.map(({ queue: name }) => name), FIRINGS_GIVEN_UP].map((name) => [
        queueUrlVariable(name),
        endpoint.queues.queueUrl(queueName(name)),
      ]),
    ),
    REJECTED_ROWS_QUEUE_URL: endpoint.queues.queueUrl('vestry-test-rejected-rows'),
  });
  return {
    endpoint,
    events,
    uploadsBucket,
    auditBucket,
    dataDir,
    close: async () => {
      await endpoint.close();
      rmSync(dataDir, { recursive: true, force: true });
      if (refused.length > 0) throw new Error(`events that are not as published: ${refused.join('; ')}`);
    },
  };
}

const called = jobs.filter(({ kind }) => kind === 'called');
const functionArn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

/** The functions that others call, run in the process of the test. */
const calledFunctions: NonNullable<AwsEndpointOptions['functions']> = {
  has: (name) => called.some((job) => job.name === name),
  invoke: async (name, payload) => {
    const requestId = randomUUID();
    try {
      const { entry = '' } = called.find((job) => job.name === name) ?? {};
      const { handler } = (await import(join(import.meta.dirname, '../..', entry))) as {
        handler(event: unknown, context: object): Promise<unknown>;
      };
      const result = await handler(JSON.parse(payload), { awsRequestId: requestId });
      return { ok: true, requestId, payload: JSON.stringify(result) };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { ok: false, requestId, error: { errorType, errorMessage } };
    }
  },
};

/** Returns why an event doesn't match its schema, to the last field: consumers rely on it. */
function refuseEvent({ event }: BusEvent): string[] {
  const type = event['detail-type'];
  const schema = EVENT_TYPES.find((known) => known === type);
  if (schema === undefined) return [`${type} has no schema`];
  const { success, data, error } = detailSchema(schema).safeParse(event.detail);
  if (!success) return [`${type}: ${error.message}`];
  return isDeepStrictEqual(data, event.detail) ? [] : [`${type} says more than its schema`];
}
