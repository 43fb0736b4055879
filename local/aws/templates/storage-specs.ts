import { randomBytes } from 'node:crypto';
import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import type { CorsRule } from '#aws/endpoint/s3/cors.ts';
import type { BucketNotification, BucketSpec } from '#aws/endpoint/s3/object-store.ts';
import { TRANSITION_CLASSES, type TransitionRule } from '#aws/endpoint/s3/storage-class.ts';
import type { SecretSpec } from '#aws/endpoint/secrets-manager.ts';
import type { QueueSpec } from '#aws/endpoint/sqs/queue.ts';
import type { Resource } from './assembly.ts';
import { Properties } from './properties.ts';

const BUCKET_PROPERTIES = [
  'AccessControl',
  'BucketEncryption',
  'BucketName',
  'CorsConfiguration',
  // Objects change their storage class, and are kept for as long as the data directory is.
  'LifecycleConfiguration',
  'LoggingConfiguration',
  'NotificationConfiguration',
  'ObjectLockConfiguration',
  'ObjectLockEnabled',
  'OwnershipControls',
  'PublicAccessBlockConfiguration',
  'Tags',
  'VersioningConfiguration',
];

const FOUR_DAYS_SECONDS = 4 * 86_400;
const DEFAULT_VISIBILITY_SECONDS = 30;

export function bucketSpec(
  resource: Resource,
  values: JsonObject,
  name: string,
  more: readonly BucketNotification[],
): BucketSpec {
  const properties = new Properties(resource, values, BUCKET_PROPERTIES);
  return {
    name,
    versioned: properties.object('VersioningConfiguration').Status === 'Enabled',
    cors: corsRules(properties.object('CorsConfiguration')),
    transitions: transitionRules(properties),
    notifications: [...notificationsOf(properties, properties.object('NotificationConfiguration')), ...more],
  };
}

function corsRules({ CorsRules = [] }: JsonObject): CorsRule[] {
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
  return (CorsRules as readonly JsonObject[]).map((rule) => ({
    origins: texts(rule.AllowedOrigins),
    methods: texts(rule.AllowedMethods),
    headers: texts(rule.AllowedHeaders).map((name) => name.toLowerCase()),
    exposed: texts(rule.ExposedHeaders),
    maxAgeSeconds: rule.MaxAge === undefined ? undefined : Number(rule.MaxAge),
  }));
}

/** A part of a rule that moves objects by anything else than prefix, size and days. */
const UNKNOWN_FILTERS = ['ObjectSizeLessThan', 'TagFilters', 'NoncurrentVersionTransitions'];

function transitionRules(properties: Properties): TransitionRule[] {
  const { Rules = [], TransitionDefaultMinimumObjectSize } = properties.object('LifecycleConfiguration');
  if (TransitionDefaultMinimumObjectSize !== undefined)
    properties.fail('TransitionDefaultMinimumObjectSize is not implemented');
  return (Rules as readonly JsonObject[])
    .filter(({ Status, Transitions, Transition }) => Status === 'Enabled' && (Transitions ?? Transition))
    .flatMap((rule) => {
      const unknown = UNKNOWN_FILTERS.find((name) => name in rule);
      if (unknown !== undefined) properties.fail(`${unknown} of a lifecycle rule is not implemented`);
      const moves = [rule.Transitions ?? rule.Transition].flat() as readonly JsonObject[];
      return moves.map(({ StorageClass, TransitionInDays }) => {
        const storageClass = String(StorageClass);
        if (!TRANSITION_CLASSES.includes(storageClass) || TransitionInDays === undefined)
          properties.fail(`a transition to ${storageClass} without days is not implemented`);
        return {
          prefix: String(rule.Prefix ?? ''),
          ...(rule.ObjectSizeGreaterThan === undefined
            ? {}
            : { largerThanBytes: Number(rule.ObjectSizeGreaterThan) }),
          afterDays: Number(TransitionInDays),
          storageClass,
        };
      });
    });
}

/** Notifications that the CDK sets through its custom resource, with the bucket they are for. */
export function customNotifications(
  resource: Resource,
  values: JsonObject,
): { bucket: string; notifications: BucketNotification[] } {
  const known = [
    'ServiceToken',
    'BucketName',
    'NotificationConfiguration',
    'Managed',
    'SkipDestinationValidation',
  ];
  const properties = new Properties(resource, values, known);
  return {
    bucket: properties.text('BucketName'),
    notifications: notificationsOf(properties, properties.object('NotificationConfiguration')),
  };
}

function notificationsOf(properties: Properties, configuration: JsonObject): BucketNotification[] {
  for (const [kind, value] of Object.entries(configuration)) {
    if (kind !== 'QueueConfigurations' && !(Array.isArray(value) && value.length === 0))
      properties.fail(`notifications by ${kind} are not implemented`);
  }
  const queues = (configuration.QueueConfigurations ?? []) as readonly JsonObject[];
  return queues.map((queue) => {
    // CloudFormation says Queue, Event and S3Key; the S3 API, and so the custom resource, QueueArn, Events and Key.
    const events = Array.isArray(queue.Events) ? queue.Events.map(String) : [String(queue.Event)];
    const filter = (queue.Filter ?? {}) as { S3Key?: JsonObject; Key?: JsonObject };
    const key = filter.S3Key ?? filter.Key ?? {};
    const rules = (key.Rules ?? key.FilterRules ?? []) as readonly { Name: string; Value: string }[];
    const rule = (name: string): string | undefined =>
      rules.find((candidate) => candidate.Name.toLowerCase() === name)?.Value;
    const prefix = rule('prefix');
    const suffix = rule('suffix');
    return {
      queueArn: String(queue.Queue ?? queue.QueueArn),
      events,
      ...(prefix === undefined ? {} : { prefix }),
      ...(suffix === undefined ? {} : { suffix }),
    };
  });
}

const QUEUE_PROPERTIES = [
  'DelaySeconds',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'QueueName',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'Tags',
  'VisibilityTimeout',
];

export function queueSpec(
  resource: Resource,
  values: JsonObject,
  identity: { name: string; arn: string },
): QueueSpec {
  const properties = new Properties(resource, values, QUEUE_PROPERTIES);
  const redrive = properties.object('RedrivePolicy');
  return {
    ...identity,
    visibilityTimeoutSeconds: properties.number('VisibilityTimeout', DEFAULT_VISIBILITY_SECONDS),
    delaySeconds: properties.number('DelaySeconds', 0),
    retentionSeconds: properties.number('MessageRetentionPeriod', FOUR_DAYS_SECONDS),
    receiveWaitSeconds: properties.number('ReceiveMessageWaitTimeSeconds', 0),
    ...(typeof redrive.deadLetterTargetArn === 'string'
      ? { deadLetter: { arn: redrive.deadLetterTargetArn, maxReceives: Number(redrive.maxReceiveCount) } }
      : {}),
  };
}

const SECRET_PROPERTIES = [
  ...['Description', 'GenerateSecretString', 'KmsKeyId', 'Name', 'SecretString', 'Tags'],
  // Copies elsewhere, which nobody reads here.
  'ReplicaRegions',
];
const GENERATED_BYTES = 24;

/** A generated value is used only when the secret has none yet. */
export function secretSpec(
  resource: Resource,
  values: JsonObject,
  identity: { name: string; arn: string },
): SecretSpec {
  const properties = new Properties(resource, values, SECRET_PROPERTIES);
  const generate = properties.value('GenerateSecretString');
  const initialValue =
    properties.optionalText('SecretString') ?? (isJsonObject(generate) ? generated(generate) : undefined);
  return { ...identity, ...(initialValue === undefined ? {} : { initialValue }) };
}

function generated(options: JsonObject): string {
  const password = randomBytes(GENERATED_BYTES).toString('base64url');
  if (typeof options.SecretStringTemplate !== 'string') return password;
  const template = JSON.parse(options.SecretStringTemplate) as JsonObject;
  return JSON.stringify({ ...template, [String(options.GenerateStringKey)]: password });
}
