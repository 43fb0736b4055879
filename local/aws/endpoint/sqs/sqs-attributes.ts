import { AwsError } from '../aws-error.ts';
import type { MessageAttributes } from './message.ts';
import { MESSAGE_LIMIT_BYTES, type QueueBroker } from './queue-broker.ts';

const SYSTEM_ATTRIBUTES = [
  'All',
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
];

/** Asking for an attribute of FIFO queues is an error, not an absence. */
function checkNames(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', 400, `Unknown Attribute ${unknown}.`);
}

export function selectSystemAttributes(
  attributes: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> | undefined {
  checkNames(names, SYSTEM_ATTRIBUTES);
  if (names.length === 0) return undefined;
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => names.includes('All') || names.includes(name)),
  );
}

/** Names may be `All`, `.*` or a prefix `order.*`. */
export function selectMessageAttributes(
  attributes: MessageAttributes,
  names: readonly string[],
): MessageAttributes | undefined {
  const matches = (name: string): boolean =>
    names.some(
      (wanted) =>
        wanted === 'All' ||
        wanted === name ||
        (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))),
    );
  const selected = Object.entries(attributes).filter(([name]) => matches(name));
  return selected.length === 0 ? undefined : Object.fromEntries(selected);
}

export function attributesOfQueue(
  broker: QueueBroker,
  name: string,
  names: readonly string[],
): Record<string, string> {
  const spec = broker.spec(name);
  const counts = broker.attributes(name);
  const all: Record<string, string> = {
    QueueArn: spec.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.notVisible),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    VisibilityTimeout: String(spec.visibilityTimeoutSeconds),
    DelaySeconds: String(spec.delaySeconds),
    MessageRetentionPeriod: String(spec.retentionSeconds),
    ReceiveMessageWaitTimeSeconds: String(spec.receiveWaitSeconds),
    MaximumMessageSize: String(MESSAGE_LIMIT_BYTES),
  };
  if (spec.deadLetter) {
    const { arn, maxReceives } = spec.deadLetter;
    all.RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: maxReceives });
  }
  checkNames(names, ['All', 'RedrivePolicy', ...Object.keys(all)]);
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => names.includes('All') || names.includes(key)),
  );
}
