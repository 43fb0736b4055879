import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AwsEndpoint, startAwsEndpoint } from '#local/aws/endpoint.ts';
import type { BusEvent } from '#local/aws/event-bridge.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const BUS = 'vestry-test';

export interface TestAws {
  readonly endpoint: AwsEndpoint;
  /** What was put on the bus, in order. */
  readonly events: BusEvent[];
  readonly uploadsBucket: string;
  close(): Promise<void>;
}

/** The AWS services of the local platform, and the environment variables by which the code under test finds them. */
export async function testAws(): Promise<TestAws> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vestry-aws-'));
  const events: BusEvent[] = [];
  const queue = (name: string) => ({
    name: `vestry-test-${name}`,
    arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:vestry-test-${name}`,
    visibilityTimeoutSeconds: 30,
    delaySeconds: 0,
    retentionSeconds: 3600,
    receiveWaitSeconds: 0,
  });
  const secret = {
    name: 'signing-keys',
    arn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:signing-keys`,
  };
  const uploadsBucket = 'vestry-test-uploads';
  const endpoint = await startAwsEndpoint({
    port: 0,
    dataDir,
    region: REGION,
    accountId: ACCOUNT,
    accessKeyId: 'TESTKEY',
    secretAccessKey: 'only-for-tests',
    buckets: [{ name: uploadsBucket, notifications: [] }] as never,
    queues: ['uploads', 'rejected-rows'].map(queue),
    eventBuses: [BUS],
    secrets: [{ ...secret, initialValue: '{"keys":[]}' }],
    onEvent: (event) => events.push(event),
  });
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ACCESS_KEY_ID: 'TESTKEY',
    AWS_SECRET_ACCESS_KEY: 'only-for-tests',
    UPLOADS_BUCKET: uploadsBucket,
    EVENT_BUS_NAME: BUS,
    SIGNING_KEYS_SECRET_ARN: secret.arn,
    QUEUE_URL: endpoint.queues.queueUrl('vestry-test-uploads'),
    REJECTED_ROWS_QUEUE_URL: endpoint.queues.queueUrl('vestry-test-rejected-rows'),
  });
  return {
    endpoint,
    events,
    uploadsBucket,
    close: async () => {
      await endpoint.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
