import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from 'template-runner/endpoint';
import { queueName, type TestAws } from './aws-services.ts';
import { testContext } from './request.ts';

export type Worker = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** A message as Lambda hands it to a worker. */
export function recordOf(message: unknown, receiveCount = 1, messageId = 'message'): SQSRecord {
  return {
    messageId,
    receiptHandle: 'none',
    body: JSON.stringify(message),
    attributes: { ApproximateReceiveCount: String(receiveCount) },
    messageAttributes: {},
  } as unknown as SQSRecord;
}

/** The messages that a queue holds, taken off it. */
export async function takeAll<Message>(aws: TestAws, queue: string): Promise<Message[]> {
  const name = queueName(queue);
  const messages: Message[] = [];
  for (;;) {
    const received = await aws.endpoint.queues.receive(name, { max: 10, waitMs: 0 });
    if (received.length === 0) return messages;
    for (const { body, receiptHandle } of received) {
      messages.push(JSON.parse(body) as Message);
      aws.endpoint.queues.delete(name, receiptHandle);
    }
  }
}

/** Runs a worker on its queue, ten messages at a time, until nothing is left: done, or with the dead letters. */
export async function drain(aws: TestAws, queue: string, worker: Worker): Promise<void> {
  const name = queueName(queue);
  const { queues } = aws.endpoint;
  for (;;) {
    const received = await queues.receive(name, { max: 10, waitMs: 0 });
    if (received.length === 0) return;
    const { batchItemFailures } = await worker({ Records: received.map(toRecord) }, testContext());
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { messageId, receiptHandle } of received) {
      if (failed.has(messageId)) queues.changeVisibility(name, receiptHandle, 0);
      else queues.delete(name, receiptHandle);
    }
  }
}

function toRecord({ messageAttributes, ...message }: ReceivedMessage): SQSRecord {
  const named = Object.entries(messageAttributes).map(([name, { DataType, StringValue }]) => [
    name,
    { dataType: DataType, stringValue: StringValue },
  ]);
  return { ...message, messageAttributes: Object.fromEntries(named) } as unknown as SQSRecord;
}
