import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '#aws/endpoint/endpoint.ts';

const OWNER = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a-secret-of-the-test' };
const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:greet';

let dataDir: string;
let endpoint: AwsEndpoint;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'aws-invoke-'));
  endpoint = await startAwsEndpoint({
    ...{ port: 0, dataDir, region: 'eu-central-1', accountId: '111122223333', ...OWNER },
    ...{ buckets: [], queues: [], eventBuses: [], secrets: [] },
    functions: {
      has: (name) => name === 'greet',
      invoke: async (name, payload) =>
        payload === '{"fail":true}'
          ? { ok: false, requestId: 'r', error: { errorType: 'TypeError', errorMessage: 'no' } }
          : { ok: true, requestId: 'r', payload: `{"by":"${name}","with":${payload}}` },
    },
    onEvent: () => undefined,
  });
});
afterAll(async () => {
  await endpoint.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function invoked(input: Partial<InvokeCommandInput>): Promise<unknown> {
  const client = new LambdaClient({
    ...{ endpoint: endpoint.url, region: 'eu-central-1', credentials: OWNER, maxAttempts: 1 },
  });
  const { StatusCode, FunctionError, ExecutedVersion, Payload } = await client.send(
    new InvokeCommand({ FunctionName: 'greet', ...input }),
  );
  return {
    StatusCode,
    FunctionError,
    ExecutedVersion,
    Payload: JSON.parse(Payload?.transformToString() ?? ''),
  };
}

test.each(['greet', 'greet:live', ARN, `${ARN}:live`])(
  'a function answers by the name %s',
  async (FunctionName) => {
    expect(await invoked({ FunctionName, Payload: '{"a":1}' })).toEqual({
      StatusCode: 200,
      FunctionError: undefined,
      ExecutedVersion: '$LATEST',
      Payload: { by: 'greet', with: { a: 1 } },
    });
  },
);

test('the error of a function is an answer', async () => {
  expect(await invoked({ Payload: '{"fail":true}' })).toMatchObject({
    StatusCode: 200,
    FunctionError: 'Unhandled',
    Payload: { errorType: 'TypeError', errorMessage: 'no' },
  });
});

test.each<[string, Partial<InvokeCommandInput>]>([
  ['ResourceNotFoundException', { FunctionName: 'nobody' }],
  ['InvalidRequestContentException', { Payload: 'no JSON' }],
  ['RequestTooLargeException', { Payload: JSON.stringify('x'.repeat(6 * 1024 * 1024)) }],
  ['NotImplemented', { InvocationType: 'Event' }],
  ['NotImplemented', { InvocationType: 'DryRun' }],
  ['NotImplemented', { LogType: 'Tail' }],
  ['NotImplemented', { Qualifier: 'live' }],
])('it is refused as %s: %j', async (name, input) => {
  await expect(invoked(input)).rejects.toMatchObject({ name });
});
