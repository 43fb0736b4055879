import { CLOUDWATCH_OPERATIONS } from './cloudwatch/cloudwatch-operations.ts';
import type { MetricStore } from './cloudwatch/metric-store.ts';
import { type EventBridgeOptions, listRules, putEvents } from './event-bridge.ts';
import type { AccountNames } from './iam/actions.ts';
import type { JsonObject } from './json-input.ts';
import type { JsonService } from './json-protocol.ts';
import { SECRETS_OPERATIONS, type SecretStore } from './secrets-manager.ts';
import type { EndpointCredentials } from './sigv4.ts';
import type { QueueBroker } from './sqs/queue-broker.ts';
import { SQS_OPERATIONS } from './sqs/sqs-operations.ts';
import type { StepFunctions } from './step-functions/step-functions.ts';
import { stepFunctionsOperation } from './step-functions/step-functions-operations.ts';

type Handler = (input: JsonObject, signal: AbortSignal) => unknown;

interface TargetService extends JsonService {
  readonly prefix: string;
  handler(operation: string): Handler | undefined;
}

interface Stores {
  readonly queues: QueueBroker;
  readonly secrets: SecretStore;
  readonly stepFunctions: StepFunctions;
  readonly metrics: MetricStore;
}

/** The services among which requests are distributed, except S3. */
export interface Services {
  readonly targets: readonly TargetService[];
  readonly sqs: (operation: string) => Handler | undefined;
  readonly credentials: EndpointCredentials;
  readonly account: AccountNames;
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

export function createServices(
  options: EventBridgeOptions,
  { queues, secrets, stepFunctions, metrics }: Stores,
  credentials: EndpointCredentials,
): Services {
  const sqs = (operation: string): Handler | undefined => {
    const run = own(SQS_OPERATIONS, operation);
    return run && ((input, signal) => run(queues, input, signal));
  };
  const secretsManager = (operation: string): Handler | undefined => {
    const run = own(SECRETS_OPERATIONS, operation);
    return run && ((input) => run(secrets, input));
  };
  const events = (operation: string): Handler | undefined =>
    own({ PutEvents: putEvents, ListRules: listRules }, operation)?.bind(undefined, options);
  const states = (operation: string): Handler | undefined => {
    const run = stepFunctionsOperation(operation);
    return run && ((input) => run(stepFunctions, input));
  };
  const cloudWatch = (operation: string): Handler | undefined => {
    const run = own(CLOUDWATCH_OPERATIONS, operation);
    return run && ((input) => run(metrics, input));
  };
  const [json10, json11] = ['application/x-amz-json-1.0', 'application/x-amz-json-1.1'] as const;
  return {
    targets: [
      {
        prefix: 'AmazonSQS',
        signingName: 'sqs',
        contentType: json10,
        errorNamespace: 'com.amazonaws.sqs#',
        handler: sqs,
      },
      {
        prefix: 'AWSEvents',
        signingName: 'events',
        contentType: json11,
        errorNamespace: '',
        handler: events,
      },
      {
        prefix: 'secretsmanager',
        signingName: 'secretsmanager',
        contentType: json11,
        errorNamespace: '',
        handler: secretsManager,
      },
      {
        prefix: 'AWSStepFunctions',
        signingName: 'states',
        contentType: json10,
        errorNamespace: 'com.amazonaws.swf.service.v2.model#',
        handler: states,
      },
      {
        prefix: 'GraniteServiceVersion20100801',
        signingName: 'monitoring',
        contentType: json10,
        errorNamespace: 'com.amazonaws.cloudwatch#',
        handler: cloudWatch,
      },
    ],
    sqs,
    credentials,
    account: {
      region: options.region,
      accountId: options.accountId,
      arnOfSecret: (id) => secrets.arnOf(id),
    },
  };
}
