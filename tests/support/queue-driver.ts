import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from 'template-runner/endpoint';
import type { QueueJob } from '#platform/queue/job.ts';
import { jobs } from '../../shared/jobs.ts';
import { queueName, type TestAws } from './aws-services.ts';
import { testContext } from './request.ts';

/** The time after which messages are tried again when all of them have failed: what they wait for needs the processor. */
const PAUSE_MS = 20;

export type Worker = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** A message as Lambda hands it to a worker, in its nth try. */
export function recordOf(message: unknown, tries = 1, messageId = 'message'): SQSRecord {
  return {
    messageId,
    receiptHandle: 'none',
    body: JSON.stringify(message),
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: { failures: { dataType: 'String', stringValue: String(tries - 1) } },
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

/**
 * Runs a worker on its queue, ten messages at a time, until nothing is left: done, or with the dead letters. Messages that wait
 * for nothing need no pause.
 */
export async function drain(
  aws: TestAws,
  queue: string,
  worker: Worker,
  pauseMs: number = PAUSE_MS,
): Promise<void> {
  const name = queueName(queue);
  const { queues } = aws.endpoint;
  for (;;) {
    const received = await queues.receive(name, { max: 10, waitMs: 0 });
    if (received.length === 0) return;
    const { batchItemFailures } = await worker({ Records: received.map(toRecord) }, testContext());
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { messageId, receiptHandle } of received) {
      if (!failed.has(messageId)) queues.delete(name, receiptHandle);
      else showAgain(queues, name, receiptHandle);
    }
    if (failed.size === received.length) await sleep(pauseMs);
  }
}

/** A message that a copy stands for is gone. */
function showAgain(queues: TestAws['endpoint']['queues'], name: string, receiptHandle: string): void {
  try {
    queues.changeVisibility(name, receiptHandle, 0);
  } catch (error) {
    if ((error as { code?: string }).code !== 'MessageNotInflight') throw error;
  }
}

/** Runs a worker on its queue until nothing is left, and answers the numbers of the tries in which messages failed. */
export async function failedTries(
  aws: TestAws,
  queue: string,
  worker: Worker,
  pauseMs?: number,
): Promise<number[]> {
  const job = jobs.find((one) => one.kind === 'queue' && one.queue === queue) as QueueJob;
  const dead = () => aws.endpoint.queues.attributes(queueName(`${queue}-dlq`)).visible;
  const before = dead();
  const failed = new Map<string, number>();
  const counting: Worker = (event, context) => {
    for (const { messageId, messageAttributes } of event.Records)
      if (messageAttributes.failures !== undefined)
        failed.set(messageId, Number(messageAttributes.failures.stringValue));
    return worker(event, context);
  };
  await drain(aws, queue, counting, pauseMs);
  return [...failed.values(), ...Array<number>(dead() - before).fill(job.tries)];
}

/** Takes the copies off a queue that stand for messages which a test has delivered by hand, and which have failed. */
export async function dropCopies(aws: TestAws, queue: string): Promise<void> {
  const name = queueName(queue);
  const { queues } = aws.endpoint;
  const received = await queues.receive(name, { max: 10_000, waitMs: 0 });
  for (const { messageAttributes, receiptHandle } of received) {
    if (messageAttributes.failures === undefined) queues.changeVisibility(name, receiptHandle, 0);
    else queues.delete(name, receiptHandle);
  }
}

/** Moves the dead letters of a queue back to it, as a person does who has repaired the cause. */
export function redrive(aws: TestAws, queue: string): void {
  aws.endpoint.queues.startMoveTask(queueName(`${queue}-dlq`), queueName(queue));
}

export function toRecord({ messageAttributes, ...message }: ReceivedMessage): SQSRecord {
  const named = Object.entries(messageAttributes).map(([name, { DataType, StringValue }]) => [
    name,
    { dataType: DataType, stringValue: StringValue },
  ]);
  return { ...message, messageAttributes: Object.fromEntries(named) } as unknown as SQSRecord;
}
