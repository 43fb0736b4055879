import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import * as environment from '#platform/environment.ts';
import type { Consumption } from './job.ts';
import { failurePauseSeconds } from './pauses.ts';
import { sqs } from './sqs.ts';

/** The attribute in which a message carries how often it has failed for itself. SQS counts deliveries, whatever their reason. */
const FAILURES = 'failures';

/** Returns how often a message has failed for itself. */
export function failuresOf({ messageAttributes }: SQSRecord): number {
  return Number(messageAttributes[FAILURES]?.stringValue ?? 0);
}

/** The parts of a message that its copy keeps. */
export interface Kept {
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

/** Puts a copy of a message that has failed on its queue, to be delivered after a pause, with one failure more. */
export async function sendAgain(queue: string, record: SQSRecord, kept: Kept): Promise<void> {
  const failures = failuresOf(record) + 1;
  await send(environment.queueUrlOf(queue), record, {
    MessageAttributes: { ...attributesOf(kept), [FAILURES]: text(String(failures)) },
    DelaySeconds: failurePauseSeconds(failures),
  });
}

/** Puts a copy of a message on the queue of what its job gives up. Its failures aren't kept: a redrive starts anew. */
export async function bury(
  { queue, deadLetters }: Pick<Consumption, 'queue' | 'deadLetters'>,
  record: SQSRecord,
  kept: Kept,
): Promise<void> {
  const url =
    deadLetters === undefined ? `${environment.queueUrlOf(queue)}-dlq` : environment.queueUrlOf(deadLetters);
  await send(url, record, { MessageAttributes: attributesOf(kept) });
}

const text = (StringValue: string) => ({ DataType: 'String', StringValue });

function attributesOf({ requestId, traceparent }: Kept): Record<string, MessageAttributeValue> {
  return {
    request_id: text(requestId),
    ...(traceparent === undefined ? {} : { traceparent: text(traceparent) }),
  };
}

/** Makes a message come back after so many seconds, counted from now. */
export async function hide(queue: string, { receiptHandle }: SQSRecord, seconds: number): Promise<void> {
  const { sdk, client } = await sqs();
  const QueueUrl = environment.queueUrlOf(queue);
  await client.send(
    new sdk.ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
}

/** Takes a message off its queue. */
export async function remove(queue: string, { receiptHandle }: SQSRecord): Promise<void> {
  const { sdk, client } = await sqs();
  const QueueUrl = environment.queueUrlOf(queue);
  await client.send(new sdk.DeleteMessageCommand({ QueueUrl, ReceiptHandle: receiptHandle }));
}

async function send(
  QueueUrl: string,
  { body }: SQSRecord,
  more: { MessageAttributes: Record<string, MessageAttributeValue>; DelaySeconds?: number },
): Promise<void> {
  const { sdk, client } = await sqs();
  await client.send(new sdk.SendMessageCommand({ QueueUrl, MessageBody: body, ...more }));
}
