import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Functions import the SDK from where it lies, as a bundle would bring it. */
const sdk = (name: string): string => JSON.stringify(import.meta.resolve(name));

/** `POST /orders` puts an order on the queue, `GET /orders/{id}` reads what became of it. */
const ORDERS = `
import { GetObjectCommand, S3Client } from ${sdk('@aws-sdk/client-s3')};
import { SendMessageCommand, SQSClient } from ${sdk('@aws-sdk/client-sqs')};
const { BUCKET, QUEUE_URL, GREETING } = process.env;
const answer = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });
export const handler = async ({ httpMethod, body, pathParameters }) => {
  if (httpMethod === 'POST') {
    await new SQSClient().send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: body }));
    return answer(202, { greeting: GREETING });
  }
  try {
    const s3 = new S3Client({ forcePathStyle: true });
    const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: pathParameters.id }));
    return answer(200, JSON.parse(await found.Body.transformToString()));
  } catch (error) {
    return answer(error.name === 'NoSuchKey' ? 404 : 500, { error: error.name });
  }
};`;

/** Packs orders from the queue. It reports an order without items as failed, so that it ends in the dead-letter queue. */
const PACKER = `
import { PutObjectCommand, S3Client } from ${sdk('@aws-sdk/client-s3')};
const s3 = new S3Client({ forcePathStyle: true });
export const handler = async ({ Records }) => {
  const batchItemFailures = [];
  for (const { messageId, body } of Records) {
    const { id, items } = JSON.parse(body);
    if (items === 0) batchItemFailures.push({ itemIdentifier: messageId });
    else await s3.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: id, Body: JSON.stringify({ id, packed: items }) }));
  }
  return { batchItemFailures };
};`;

/** Counts how often it is invoked, in the memory of its environment. */
const COUNTER = 'let fired = 0; export const handler = async () => ({ fired: ++fired });';

/** Calls what it is told to call, and says how that went. */
const REACHER = `export const handler = async ({ url }) => fetch(url).then(
  ({ status }) => ({ status }),
  ({ cause: { code, message } }) => ({ code, message }),
);`;

const CODE = { orders: ORDERS, packer: PACKER, counter: COUNTER, reacher: REACHER };

const integration = {
  'x-amazon-apigateway-integration': {
    type: 'aws_proxy',
    httpMethod: 'POST',
    uri: {
      'Fn::Join': [
        '',
        [
          'arn:aws:apigateway:',
          { Ref: 'AWS::Region' },
          ':lambda:path/2015-03-31/functions/',
          { 'Fn::GetAtt': ['Orders', 'Arn'] },
          '/invocations',
        ],
      ],
    },
  },
};

function lambda(name: keyof typeof CODE, variables: object, more: object = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Worker', 'Arn'] },
      Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
      Timeout: 20,
      MemorySize: 256,
      Environment: { Variables: variables },
      ...more,
    },
  };
}

const IN_NETWORK = { VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } };

const RESOURCES = {
  Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'orders' } },
  Failed: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'failed-orders' } },
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'orders',
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Failed', 'Arn'] }, maxReceiveCount: 1 },
    },
  },
  Worker: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {},
      Policies: [
        {
          PolicyName: 'Work',
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: ['s3:GetObject', 's3:PutObject'],
                Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '/*']] },
              },
              // Otherwise a missing object would be a forbidden one.
              { Effect: 'Allow', Action: 's3:ListBucket', Resource: { 'Fn::GetAtt': ['Bucket', 'Arn'] } },
              { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
            ],
          },
        },
      ],
    },
  },
  Orders: lambda(
    'orders',
    { BUCKET: { Ref: 'Bucket' }, QUEUE_URL: { Ref: 'Queue' }, GREETING: 'none' },
    IN_NETWORK,
  ),
  Packer: lambda('packer', { BUCKET: { Ref: 'Bucket' } }),
  Counter: lambda('counter', {}),
  Reacher: lambda('reacher', {}, IN_NETWORK),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      FunctionName: { Ref: 'Packer' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  },
  Daily: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'daily-count',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      Targets: [{ Id: 'counter', Arn: { 'Fn::GetAtt': ['Counter', 'Arn'] } }],
    },
  },
  Api: {
    Type: 'AWS::ApiGateway::RestApi',
    Properties: {
      Name: 'orders',
      Body: {
        openapi: '3.0.1',
        paths: { '/orders': { post: integration }, '/orders/{id}': { get: integration } },
      },
    },
  },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { RestApiId: { Ref: 'Api' }, StageName: 'live' },
  },
};

/** Writes a cloud assembly as `cdk synth` would: one stack with an API, a queue with its worker, a bucket, a schedule. */
export function writeOrderTemplates(directory: string, more: object = {}): void {
  const write = (name: string, value: object) =>
    writeFileSync(join(directory, name), JSON.stringify(value, null, 2));
  mkdirSync(directory, { recursive: true });
  write('manifest.json', {
    artifacts: {
      shop: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://111122223333/eu-central-1',
        properties: { templateFile: 'shop.template.json' },
      },
    },
  });
  write('shop.template.json', { Resources: { ...RESOURCES, ...more } });
  const files = Object.entries(CODE).map(([name, code]) => {
    mkdirSync(join(directory, name), { recursive: true });
    writeFileSync(join(directory, name, 'index.mjs'), code);
    return [name, { source: { path: name }, destinations: { here: { objectKey: `${name}.zip` } } }] as const;
  });
  write('shop.assets.json', { files: Object.fromEntries(files) });
}
