import { expect, test } from 'vitest';
import type { FunctionSpec } from '#aws/templates/function-specs.ts';
import { functionVariables } from './function-variables.ts';

test('the URL of a queue leads to the local endpoint, whether the template refers to it or builds it from its name', () => {
  const environment = {
    REFERRED: 'http://aws-endpoint.invalid/000000000000/jobs',
    BUILT: 'https://sqs.eu-central-1.amazonaws.com/000000000000/jobs',
    ELSEWHERE: 'https://sqs.us-east-1.amazonaws.com/000000000000/jobs',
  };
  const spec: FunctionSpec = {
    ...{ name: 'worker', arn: 'arn:aws:lambda:eu-central-1:000000000000:function:worker' },
    ...{ directory: '.', path: '.', handler: 'index.handler', memoryMb: 128, timeoutSeconds: 3, environment },
    reservedConcurrency: undefined,
    isInNetwork: false,
    roleArn: 'arn:aws:iam::000000000000:role/worker',
  };
  const variables = functionVariables(spec, {
    awsEndpointUrl: 'http://127.0.0.1:4566',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    more: {},
  });
  expect(variables.REFERRED).toBe('http://127.0.0.1:4566/000000000000/jobs');
  expect(variables.BUILT).toBe('http://127.0.0.1:4566/000000000000/jobs');
  // Not one of ours: it keeps its own value, which the function's environment has already.
  expect(variables).not.toHaveProperty('ELSEWHERE');
});
