import type { JsonObject } from '../json-input.ts';
import { senderDomain } from '../ses/send-email.ts';
import { parseTaskToken } from '../step-functions/execution/task-token.ts';

/** IAM is asked this for one request. */
export interface Wanted {
  readonly action: string;
  /** The ARN, or `*`. */
  readonly resource: string;
}

export interface AccountNames {
  readonly region: string;
  readonly accountId: string;
  arnOfSecret(id: string): string | undefined;
}

/** The prefix of actions, where it isn't the name by which requests are signed. */
const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };
/** Calls for many messages at once need the same permission as for one. */
const BATCH = /^(SendMessage|DeleteMessage|ChangeMessageVisibility)Batch$/;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Returns what a call of the JSON services needs. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
export function wantedOf(
  service: string,
  operation: string,
  input: JsonObject,
  account: AccountNames,
): Wanted[] {
  const action = `${PREFIXES[service] ?? service}:${operation.replace(BATCH, '$1')}`;
  return resourcesOf(service, input, account).map((resource) => ({ action, resource }));
}

function resourcesOf(service: string, input: JsonObject, account: AccountNames): string[] {
  const arn = (of: string, rest: string) => `arn:aws:${of}:${account.region}:${account.accountId}:${rest}`;
  switch (service) {
    case 'sqs': {
      const name = text(input.QueueName) || (text(input.QueueUrl).split('/').at(-1) ?? '');
      return [text(input.SourceArn) || (name === '' ? '*' : arn('sqs', name))];
    }
    case 'secretsmanager': {
      const id = text(input.SecretId);
      return [account.arnOfSecret(id) ?? arn('secretsmanager', `secret:${id}`)];
    }
    case 'events': {
      if (!Array.isArray(input.Entries)) return ['*'];
      const entries = input.Entries as JsonObject[];
      const buses = entries.map(({ EventBusName }) => text(EventBusName) || 'default');
      return [...new Set(buses)].map((bus) =>
        bus.startsWith('arn:') ? bus : arn('events', `event-bus/${bus}`),
      );
    }
    case 'lambda': {
      const called = text(input.FunctionName);
      return [called.startsWith('arn:') ? called : arn('lambda', `function:${called}`)];
    }
    case 'ses':
      return [arn('ses', `identity/${senderDomain(input)}`)];
    case 'states':
      return [text(input.stateMachineArn) || text(input.executionArn) || machineOf(text(input.taskToken))];
    default:
      return ['*'];
  }
}

/** Returns the state machine whose execution waits for a token. */
function machineOf(token: string): string {
  const [machine = ''] = parseTaskToken(token)?.executionArn.split(/:(?=[^:]*$)/) ?? [];
  return machine === '' ? '*' : machine.replace(':execution:', ':stateMachine:');
}
