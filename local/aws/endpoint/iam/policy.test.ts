import { expect, test } from 'vitest';
import { type Condition, holds, unknownCondition } from './conditions.ts';
import type { Context } from './patterns.ts';
import { isAllowed, isDenied, type PolicyStatement } from './policy.ts';

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
  expect(isAllowed(statements, { action, resource, context: {} })).toBe(allowed);
});

const condition = (operator: string, key: string, ...values: string[]): Condition => ({
  operator,
  key,
  values,
});
const ARN = { 'aws:PrincipalArn': 'arn:aws:iam::1:user/drop-a' };

test.each<[string, Condition, Context, boolean]>([
  ['an equal value', condition('StringEquals', 'iam:PolicyARN', 'a', 'b'), { 'iam:PolicyARN': 'b' }, true],
  ['another value', condition('StringEquals', 'iam:PolicyARN', 'a'), { 'iam:PolicyARN': 'b' }, false],
  ['no value', condition('StringEquals', 'iam:PolicyARN', 'a'), {}, false],
  ['no value, negated', condition('ArnNotLike', 'aws:PrincipalArn', 'arn:*'), {}, true],
  ['a pattern', condition('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::1:user/drop-*'), ARN, true],
  [
    'a pattern, negated',
    condition('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::1:user/drop-*'),
    ARN,
    false,
  ],
  [
    'another pattern, negated',
    condition('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::1:user/x-*'),
    ARN,
    true,
  ],
  ['a flag', condition('Bool', 'aws:SecureTransport', 'false'), { 'aws:SecureTransport': 'true' }, false],
  ['a number', condition('NumericLessThan', 's3:TlsVersion', '1.2'), { 's3:TlsVersion': '1.3' }, false],
  ['a lower number', condition('NumericLessThan', 's3:TlsVersion', '1.2'), { 's3:TlsVersion': '1.1' }, true],
])('a condition: %s', (_, judged, context, expected) => {
  expect(holds(judged, context)).toBe(expected);
});

test('an operator or key that nobody judges here is named', () => {
  expect(unknownCondition(condition('DateLessThan', 'aws:CurrentTime', 'x'))).toBe(
    'the condition operator DateLessThan',
  );
  expect(unknownCondition(condition('StringEquals', 'aws:SourceIp', 'x'))).toBe(
    'the condition key aws:SourceIp',
  );
  expect(unknownCondition(condition('StringEquals', 'kms:ViaService', 'x'))).toBeUndefined();
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM
const FOLDER = '${aws:PrincipalTag/folder}';
const OWN_FOLDER = allow(['s3:PutObject'], [`arn:aws:s3:::uploads/drop/${FOLDER}/*`]);

test.each([
  ['its own folder', { 'aws:PrincipalTag/folder': 'acme' }, 'drop/acme/x.csv', true],
  ['another folder', { 'aws:PrincipalTag/folder': 'acme' }, 'drop/globex/x.csv', false],
  ['a folder that begins alike', { 'aws:PrincipalTag/folder': 'acme' }, 'drop/acme-2/x.csv', false],
  ['no tag', {}, 'drop/acme/x.csv', false],
  ['no tag, and the variable as text', {}, `drop/${FOLDER}/x.csv`, false],
  ['a tag that would be a wildcard', { 'aws:PrincipalTag/folder': '*' }, 'drop/globex/x.csv', false],
])('a variable in a resource: %s', (_, context, key, allowed) => {
  const asked = { action: 's3:PutObject', resource: `arn:aws:s3:::uploads/${key}`, context };
  expect(isAllowed([OWN_FOLDER], asked)).toBe(allowed);
});

test('a denial holds only under its conditions', () => {
  const others: PolicyStatement = {
    ...{ effect: 'Deny', actions: ['s3:PutObject'], resources: ['*'] },
    conditions: [condition('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::1:user/drop-*')],
  };
  const asked = { action: 's3:PutObject', resource: 'arn:aws:s3:::uploads/drop/a', context: {} };
  expect(isDenied([others], asked)).toBe(true);
  expect(isDenied([others], { ...asked, context: ARN })).toBe(false);
});
