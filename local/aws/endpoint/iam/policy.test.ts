import { expect, test } from 'vitest';
import { isAllowed, type PolicyStatement } from './policy.ts';

const OBJECTS = 'arn:aws:s3:::uploads/incoming/*';
const allow = (actions: string[], resources: string[]): PolicyStatement => ({
  effect: 'Allow',
  actions,
  resources,
});
const read = allow(['s3:GetObject', 's3:List*'], [OBJECTS]);
const deny: PolicyStatement = {
  effect: 'Deny',
  actions: ['s3:*'],
  resources: ['arn:aws:s3:::uploads/incoming/x?'],
};

test.each([
  ['what is allowed', [read], 's3:GetObject', 'arn:aws:s3:::uploads/incoming/a/b', true],
  ['an action in another case', [read], 'S3:getobject', 'arn:aws:s3:::uploads/incoming/a', true],
  [
    'an action behind a wildcard',
    [read],
    's3:ListMultipartUploadParts',
    'arn:aws:s3:::uploads/incoming/a',
    true,
  ],
  ['an action that begins alike', [read], 's3:GetObjectVersion', 'arn:aws:s3:::uploads/incoming/a', false],
  ['another prefix', [read], 's3:GetObject', 'arn:aws:s3:::uploads/drop/a', false],
  ['the bucket itself', [read], 's3:ListBucket', 'arn:aws:s3:::uploads', false],
  ['a resource in another case', [read], 's3:GetObject', 'arn:aws:s3:::uploads/Incoming/a', false],
  ['nothing at all', [], 's3:GetObject', OBJECTS, false],
  [
    'what a statement denies besides',
    [read, deny],
    's3:GetObject',
    'arn:aws:s3:::uploads/incoming/xy',
    false,
  ],
  ['what it does not deny', [read, deny], 's3:GetObject', 'arn:aws:s3:::uploads/incoming/xyz', true],
  [
    'an action without a resource',
    [allow(['cloudwatch:GetMetricData'], ['*'])],
    'cloudwatch:GetMetricData',
    '*',
    true,
  ],
  ['a dot that is no wildcard', [allow(['sqs:SendMessage'], ['a.b'])], 'sqs:SendMessage', 'aXb', false],
])('%s', (_, statements, action, resource, allowed) => {
  expect(isAllowed({ arn: 'arn:aws:iam::111122223333:role/r', statements }, action, resource)).toBe(allowed);
});
