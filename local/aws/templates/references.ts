import { createHash } from 'node:crypto';
import type { Resource } from './assembly.ts';
import { hasNoLocalEffect } from './resource-types.ts';

/** Stands in resolved values for the origin of the local AWS endpoint, which is known only once it listens. */
export const AWS_ENDPOINT_ORIGIN = 'http://aws-endpoint.invalid';

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'Name',
  'AWS::ApiGateway::Stage': 'StageName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Alias': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SES::EmailIdentity': 'EmailIdentity',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

type Resolve = (value: unknown) => unknown;

/** The physical name: the template's, else derived from the stack's name and the logical id. */
export function physicalName(resource: Resource, resolve: Resolve): string {
  const property = NAME_PROPERTIES[resource.type];
  const given = property === undefined ? undefined : resolve(resource.properties[property]);
  if (typeof given === 'string') return given;
  const derived = `${resource.stack.name}-${resource.id}`;
  return resource.type === 'AWS::S3::Bucket' ? derived.toLowerCase().slice(0, 63) : derived;
}

/** Returns the part of an id that AWS chooses freely; here it follows from the name. */
function shortId(name: string, length: number): string {
  return createHash('sha256').update(name).digest('hex').slice(0, length);
}

function arn(resource: Resource, service: string, rest: string): string {
  return `arn:aws:${service}:${resource.stack.region}:${resource.stack.accountId}:${rest}`;
}

export function functionArn(resource: Resource, name: string): string {
  return arn(resource, 'lambda', `function:${name}`);
}

export function apiId(name: string): string {
  return shortId(name, 10);
}

/** The value of `Ref`; `undefined` when the type has none here. */
export function refOf(resource: Resource, resolve: Resolve): string | undefined {
  const name = physicalName(resource, resolve);
  switch (resource.type) {
    case 'AWS::SQS::Queue':
      return `${AWS_ENDPOINT_ORIGIN}/${resource.stack.accountId}/${name}`;
    case 'AWS::SecretsManager::Secret':
    case 'AWS::StepFunctions::StateMachine':
      return attributeOf(resource, 'Arn', resolve);
    case 'AWS::IAM::ManagedPolicy':
      return attributeOf(resource, 'PolicyArn', resolve);
    case 'AWS::Lambda::Version':
      return `${String(resolve(resource.properties.FunctionName))}:1`;
    case 'AWS::Lambda::Alias':
      return `${toFunctionArn(resource, String(resolve(resource.properties.FunctionName)))}:${name}`;
    case 'AWS::ApiGateway::RestApi':
      return apiId(name);
    case 'AWS::ApiGateway::Deployment':
    case 'AWS::Lambda::EventSourceMapping':
      return shortId(name, 6);
    default:
      return name;
  }
}

/** Templates name functions by name or by ARN. */
function toFunctionArn(resource: Resource, nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : functionArn(resource, nameOrArn);
}

/** The value of `Fn::GetAtt`; `undefined` when the type doesn't have the attribute here. */
export function attributeOf(resource: Resource, attribute: string, resolve: Resolve): string | undefined {
  const name = physicalName(resource, resolve);
  switch (`${resource.type}.${attribute}`) {
    case 'AWS::S3::Bucket.Arn':
      return `arn:aws:s3:::${name}`;
    case 'AWS::S3::Bucket.DomainName':
      return `${name}.s3.amazonaws.com`;
    case 'AWS::S3::Bucket.RegionalDomainName':
      return `${name}.s3.${resource.stack.region}.amazonaws.com`;
    case 'AWS::SQS::Queue.Arn':
      return arn(resource, 'sqs', name);
    case 'AWS::SQS::Queue.QueueName':
    case 'AWS::Events::EventBus.Name':
    case 'AWS::StepFunctions::StateMachine.Name':
      return name;
    case 'AWS::SQS::Queue.QueueUrl':
      return refOf(resource, resolve);
    case 'AWS::Events::EventBus.Arn':
      return arn(resource, 'events', `event-bus/${name}`);
    case 'AWS::Events::Rule.Arn':
      return arn(resource, 'events', `rule/${name}`);
    case 'AWS::SecretsManager::Secret.Arn':
    case 'AWS::SecretsManager::Secret.Id':
      return arn(resource, 'secretsmanager', `secret:${name}-${shortId(name, 6)}`);
    case 'AWS::StepFunctions::StateMachine.Arn':
      return arn(resource, 'states', `stateMachine:${name}`);
    case 'AWS::Lambda::Function.Arn':
      return functionArn(resource, name);
    case 'AWS::Lambda::Version.Version':
      return '1';
    case 'AWS::ApiGateway::RestApi.RootResourceId':
      return shortId(`${name}/`, 10);
    case 'AWS::ApiGateway::RestApi.RestApiId':
      return apiId(name);
    case 'AWS::IAM::ManagedPolicy.Arn':
    case 'AWS::IAM::ManagedPolicy.PolicyArn':
      return `arn:aws:iam::${resource.stack.accountId}:policy/${name}`;
    case 'AWS::IAM::Role.Arn':
      return `arn:aws:iam::${resource.stack.accountId}:role/${name}`;
    default:
      return hasNoLocalEffect(resource.type) ? inertAttribute(resource, attribute, name) : undefined;
  }
}

/** Resources that do nothing here are still named by others; the value only has to look right. */
function inertAttribute(resource: Resource, attribute: string, name: string): string {
  const service = resource.type.split('::')[1]?.toLowerCase() ?? 'custom';
  if (/arn$/i.test(attribute)) return arn(resource, service, name);
  return attribute.endsWith('Port') ? '0' : `${name}.${attribute}`;
}
