import type { ManagedPolicy, Role } from '#aws/endpoint/iam/policy.ts';
import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import type { BucketNotification, BucketSpec } from '#aws/endpoint/s3/object-store.ts';
import type { SecretSpec } from '#aws/endpoint/secrets-manager.ts';
import type { QueueSpec } from '#aws/endpoint/sqs/queue.ts';
import type { StateMachineSpec } from '#aws/endpoint/step-functions/state-machine-spec.ts';
import { StartError } from '#aws/start-error.ts';
import { type Resource, readAssembly } from './assembly.ts';
import { type FunctionSpec, functionSpec } from './function-specs.ts';
import { Properties } from './properties.ts';
import { physicalName } from './references.ts';
import { Resolver } from './resolver.ts';
import { isKnownType } from './resource-types.ts';
import { bucketPolicySpec, type Granted, managedPolicySpec, roleSpec } from './role-specs.ts';
import { stateMachineSpec } from './state-machine-specs.ts';
import { bucketSpec, customNotifications, queueSpec, secretSpec } from './storage-specs.ts';
import {
  type EventSourceMappingSpec,
  type InvokeConfigSpec,
  invokeConfigSpec,
  mappingSpec,
  type RuleSpec,
  ruleSpec,
} from './trigger-specs.ts';

export interface ApiSpec {
  readonly id: string;
  readonly name: string;
  readonly stageName: string;
  /** The OpenAPI definition, resolved. */
  readonly body: JsonObject;
  readonly path: string;
}

/** All that the templates of one environment ask the platform to run. */
export interface PlatformModel {
  readonly region: string;
  readonly accountId: string;
  readonly functions: readonly FunctionSpec[];
  /** The roles that functions take. */
  readonly roles: readonly Role[];
  /** The policies that users are given. */
  readonly managedPolicies: readonly ManagedPolicy[];
  readonly apis: readonly ApiSpec[];
  readonly buckets: readonly (BucketSpec & {
    /** The statements by which its policy lets other accounts in. */
    readonly granted: readonly Granted[];
  })[];
  readonly queues: readonly QueueSpec[];
  readonly eventBuses: readonly string[];
  readonly secrets: readonly SecretSpec[];
  /** The domains from which mail may be sent. */
  readonly mailIdentities: readonly string[];
  readonly stateMachines: readonly StateMachineSpec[];
  readonly mappings: readonly EventSourceMappingSpec[];
  readonly rules: readonly RuleSpec[];
  readonly invokeConfigs: readonly InvokeConfigSpec[];
}

/** Accepts what Lambda does: `arn:aws:lambda:region:account:function:NAME[:qualifier]`, `NAME:qualifier`, or the name itself. */
export function functionNameOf(nameOrArn: string): string {
  return nameOrArn.split(':')[nameOrArn.startsWith('arn:') ? 6 : 0] ?? '';
}

/** Finds a function by its name or the end of it. */
export function resolveFunction(model: PlatformModel, query: string): string {
  const names = model.functions.map(({ name }) => name);
  const found = names.includes(query) ? [query] : names.filter((name) => name.endsWith(`-${query}`));
  const [name, ...others] = found;
  if (name === undefined)
    throw new StartError(`there is no function ${query}; there are ${names.join(', ')}`);
  if (others.length > 0) throw new StartError(`${query} could be ${found.join(' or ')}`);
  return name;
}

export interface ModelOptions {
  /** Types of custom resources that do nothing here, since the caller does their work. @default none */
  readonly typesWithoutEffect?: readonly string[];
}

/** Reads a cloud assembly. Throws `StartError` naming the first resource that can't run here. */
export function readPlatformModel(
  assembly: string,
  { typesWithoutEffect = [] }: ModelOptions = {},
): PlatformModel {
  const stacks = readAssembly(assembly);
  const [first] = stacks;
  if (first === undefined) throw new StartError(`${assembly} holds no stacks`);
  const resolver = new Resolver(stacks);
  const resources = stacks
    .flatMap((stack) => [...stack.resources.values()])
    .filter((resource) => resolver.exists(resource));
  const unknown = resources.find(({ type }) => !isKnownType(type) && !typesWithoutEffect.includes(type));
  if (unknown !== undefined)
    throw new StartError(`${unknown.path}: resources of type ${unknown.type} can't run on one machine`);
  return build(resources, resolver, first);
}

interface Named {
  readonly resource: Resource;
  readonly values: JsonObject;
  readonly name: string;
  readonly arn: string;
}

function build(
  resources: readonly Resource[],
  resolver: Resolver,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): PlatformModel {
  const ofType = (type: string): Named[] =>
    resources
      .filter((resource) => resource.type === type)
      .map((resource) => ({
        resource,
        values: resolver.properties(resource),
        name: physicalName(resource, (value) => resolver.resolve(value, resource.stack)),
        get arn() {
          return resolver.attribute(resource, 'Arn');
        },
      }));
  const providers = customResourceProviders(resources, resolver);
  const functions = ofType('AWS::Lambda::Function')
    .filter(({ arn }) => !providers.has(arn))
    .map((item) => functionSpec(item.resource, item.values, { name: item.name, arn: item.arn }));
  const taken = new Set(functions.map(({ roleArn }) => roleArn));
  const custom = ofType('Custom::S3BucketNotifications').map(({ resource, values }) =>
    customNotifications(resource, values),
  );
  const added = (bucket: string): BucketNotification[] =>
    custom.filter((entry) => entry.bucket === bucket).flatMap(({ notifications }) => notifications);

  const policies = ofType('AWS::S3::BucketPolicy').map(({ resource, values }) =>
    bucketPolicySpec(resource, values, accountId),
  );
  const policyOf = (bucket: string) =>
    policies.filter((entry) => entry.bucket === bucket).flatMap(({ statements }) => statements);
  const grantedBy = (bucket: string) =>
    policies.filter((entry) => entry.bucket === bucket).flatMap(({ granted }) => granted);

  return {
    region,
    accountId,
    functions,
    roles: ofType('AWS::IAM::Role')
      .filter(({ arn }) => taken.has(arn))
      .map(({ resource, values, arn }) => roleSpec(resource, values, arn)),
    // One that the templates attach themselves is for a role of a service, which doesn't call here.
    managedPolicies: ofType('AWS::IAM::ManagedPolicy')
      .filter(({ values }) => values.Roles === undefined)
      .map(({ resource, values, arn }) => managedPolicySpec(resource, values, arn)),
    apis: apiSpecs(ofType('AWS::ApiGateway::RestApi'), ofType('AWS::ApiGateway::Stage'), resolver),
    buckets: ofType('AWS::S3::Bucket').map((item) => ({
      ...bucketSpec(item.resource, item.values, item.name, added(item.name)),
      policy: policyOf(item.name),
      granted: grantedBy(item.name),
    })),
    queues: ofType('AWS::SQS::Queue').map((item) =>
      queueSpec(item.resource, item.values, { name: item.name, arn: item.arn }),
    ),
    eventBuses: ['default', ...ofType('AWS::Events::EventBus').map(({ name }) => name)],
    secrets: ofType('AWS::SecretsManager::Secret').map((item) =>
      secretSpec(item.resource, item.values, { name: item.name, arn: item.arn }),
    ),
    mailIdentities: ofType('AWS::SES::EmailIdentity').map(({ resource, values }) =>
      new Properties(resource, values, IDENTITY_PROPERTIES).text('EmailIdentity'),
    ),
    stateMachines: ofType('AWS::StepFunctions::StateMachine').map((item) =>
      stateMachineSpec(item.resource, item.values, { name: item.name, arn: item.arn }),
    ),
    mappings: ofType('AWS::Lambda::EventSourceMapping')
      .map(({ resource, values }) => mappingSpec(resource, values))
      .filter((mapping) => mapping !== undefined),
    rules: ofType('AWS::Events::Rule')
      .map((item) => ruleSpec(item.resource, item.values, { name: item.name, arn: item.arn }))
      .filter((rule) => rule !== undefined),
    invokeConfigs: ofType('AWS::Lambda::EventInvokeConfig').map(({ resource, values }) =>
      invokeConfigSpec(resource, values),
    ),
  };
}

/** ARNs of the functions behind custom resources: they act on an account at deployment and don't run here. */
function customResourceProviders(resources: readonly Resource[], resolver: Resolver): Set<string> {
  const custom = resources.filter(
    ({ type }) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource',
  );
  return new Set(
    custom.map(({ properties, stack }) => String(resolver.resolve(properties.ServiceToken, stack))),
  );
}

/** Mails are written to files, and so are neither signed nor bounced. */
const IDENTITY_PROPERTIES = [
  'DkimAttributes',
  'DkimSigningAttributes',
  'EmailIdentity',
  'FeedbackAttributes',
  'MailFromAttributes',
];

const API_PROPERTIES = [
  'Body',
  'Description',
  'DisableExecuteApiEndpoint',
  'EndpointConfiguration',
  'FailOnWarnings',
  'Name',
  'Parameters',
  'Policy',
  'Tags',
];

function apiSpecs(apis: readonly Named[], stages: readonly Named[], resolver: Resolver): ApiSpec[] {
  return apis.map(({ resource, values, name }) => {
    const properties: Properties = new Properties(resource, values, API_PROPERTIES);
    const body = properties.value('Body');
    if (!isJsonObject(body)) properties.fail('only an API defined by Body is implemented');
    const id = resolver.ref(resource);
    const stage = stages.find((candidate) => candidate.values.RestApiId === id);
    if (stage === undefined) properties.fail('it has no stage');
    return { id, name, stageName: stage.name, body, path: resource.path };
  });
}
