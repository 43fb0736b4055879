import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import type { Resource } from './assembly.ts';
import { Properties } from './properties.ts';

export interface EventSourceMappingSpec {
  readonly queueArn: string;
  readonly functionArn: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  readonly maxConcurrency: number | undefined;
}

export interface RuleTarget {
  readonly arn: string;
  /** A constant event instead of the matched one. */
  readonly input: unknown;
}

export interface RuleSpec {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly eventBusName: string;
  readonly pattern: JsonObject | undefined;
  readonly schedule: string | undefined;
  readonly targets: readonly RuleTarget[];
}

/** The retries of a function's asynchronous invocations, and the destination of the last failure. */
export interface InvokeConfigSpec {
  /** The function's name or ARN. */
  readonly functionName: string;
  readonly maxRetries: number;
  readonly failureQueueArn: string | undefined;
}

const MAPPING_PROPERTIES = [
  'BatchSize',
  'Enabled',
  'EventSourceArn',
  'FunctionName',
  'FunctionResponseTypes',
  'MaximumBatchingWindowInSeconds',
  'ScalingConfig',
  'Tags',
];
const DEFAULT_SQS_BATCH = 10;

/** `undefined` when it is disabled. */
export function mappingSpec(resource: Resource, values: JsonObject): EventSourceMappingSpec | undefined {
  const properties = new Properties(resource, values, MAPPING_PROPERTIES);
  const queueArn = properties.text('EventSourceArn');
  if (!queueArn.startsWith('arn:aws:sqs:'))
    properties.fail(`a source other than SQS (${queueArn}) is not implemented`);
  const responses = properties.list('FunctionResponseTypes');
  const maximum = properties.object('ScalingConfig').MaximumConcurrency;
  if (!properties.flag('Enabled', true)) return undefined;
  return {
    queueArn,
    functionArn: properties.text('FunctionName'),
    batchSize: properties.number('BatchSize', DEFAULT_SQS_BATCH),
    windowSeconds: properties.number('MaximumBatchingWindowInSeconds', 0),
    reportsItemFailures: responses.includes('ReportBatchItemFailures'),
    maxConcurrency: maximum === undefined ? undefined : Number(maximum),
  };
}

const RULE_PROPERTIES = [
  'Description',
  'EventBusName',
  'EventPattern',
  'Name',
  'ScheduleExpression',
  'State',
  'Tags',
  'Targets',
];
/** Handing an event over can't fail here, so how that is retried and where it ends has no effect. */
const TARGET_PROPERTIES = ['Arn', 'DeadLetterConfig', 'Id', 'Input', 'RetryPolicy', 'RoleArn'];

/** `undefined` when it is disabled. */
export function ruleSpec(
  resource: Resource,
  values: JsonObject,
  identity: { readonly name: string; readonly arn: string },
): RuleSpec | undefined {
  const properties = new Properties(resource, values, RULE_PROPERTIES);
  const targets = properties.objects('Targets').map((target) => targetOf(properties, target));
  const pattern = properties.value('EventPattern');
  if (properties.optionalText('State') === 'DISABLED') return undefined;
  return {
    ...identity,
    description: properties.optionalText('Description'),
    eventBusName: (properties.optionalText('EventBusName') ?? 'default').replace(/^arn:.*:event-bus\//, ''),
    pattern: isJsonObject(pattern) ? pattern : undefined,
    schedule: properties.optionalText('ScheduleExpression'),
    targets,
  };
}

function targetOf(properties: Properties, target: JsonObject): RuleTarget {
  const unknown = Object.keys(target).find((name) => !TARGET_PROPERTIES.includes(name));
  if (unknown !== undefined) properties.fail(`the target property ${unknown} is not implemented`);
  const arn = String(target.Arn);
  if (!/^arn:aws:(lambda|sqs):/.test(arn))
    properties.fail(`the target ${arn} is neither a function nor a queue`);
  return { arn, input: typeof target.Input === 'string' ? JSON.parse(target.Input) : undefined };
}

/** The retries of asynchronous invocations that nothing configures. */
export const DEFAULT_ASYNC_RETRIES = 2;

export function invokeConfigSpec(resource: Resource, values: JsonObject): InvokeConfigSpec {
  const known = [
    'DestinationConfig',
    'FunctionName',
    'MaximumEventAgeInSeconds',
    'MaximumRetryAttempts',
    'Qualifier',
  ];
  const properties = new Properties(resource, values, known);
  const { OnFailure, OnSuccess } = properties.object('DestinationConfig') as {
    OnFailure?: JsonObject;
    OnSuccess?: JsonObject;
  };
  const failureArn = OnFailure?.Destination;
  if (OnSuccess !== undefined) properties.fail('a destination of successes is not implemented');
  if (failureArn !== undefined && !String(failureArn).startsWith('arn:aws:sqs:'))
    properties.fail(`the destination ${String(failureArn)} is not a queue`);
  return {
    functionName: properties.text('FunctionName'),
    maxRetries: properties.number('MaximumRetryAttempts', DEFAULT_ASYNC_RETRIES),
    failureQueueArn: failureArn === undefined ? undefined : String(failureArn),
  };
}
