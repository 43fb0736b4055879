import { callForEach } from '#platform/at-once.ts';
import * as environment from '#platform/environment.ts';
import { currentTraceparent } from '#platform/observability/trace.ts';
import { sqs } from './sqs.ts';

/** SendMessageBatch takes ten messages of together at most 256 KiB (a mebibyte since 2025); ours are a few hundred bytes. */
const ENTRIES_PER_CALL = 10;

export interface SendOptions {
  readonly delaySeconds?: number;
  /** @default that of the span under way */
  readonly traceparent?: string | undefined;
}

/**
 * Puts messages on one of our queues (`uses: ['queue:<name>:send']`), each with the request id and the trace that it
 * came from. At least once: when a call fails, messages of other calls may have been accepted, so a caller that
 * retries must send all.
 * @throws unless the queue accepted every message
 */
export async function sendMessages(
  queue: string,
  messages: readonly Record<string, unknown>[],
  requestId: string,
  options: SendOptions = {},
): Promise<void> {
  if (messages.length === 0) return;
  const { sdk, client } = await sqs();
  const traceparent = options.traceparent ?? currentTraceparent();
  const attributes = {
    request_id: { DataType: 'String', StringValue: requestId },
    ...(traceparent === undefined ? {} : { traceparent: { DataType: 'String', StringValue: traceparent } }),
  };
  const send = async (start: number): Promise<void> => {
    const entries = messages.slice(start, start + ENTRIES_PER_CALL).map((message, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(message),
      MessageAttributes: attributes,
      ...(options.delaySeconds === undefined ? {} : { DelaySeconds: options.delaySeconds }),
    }));
    const { Failed = [] } = await client.send(
      new sdk.SendMessageBatchCommand({ QueueUrl: environment.queueUrlOf(queue), Entries: entries }),
    );
    if (Failed.length > 0)
      throw new Error(`${Failed.length} messages were not taken by ${queue}: ${Failed[0]?.Code}`);
  };
  const starts = messages.keys().filter((index) => index % ENTRIES_PER_CALL === 0);
  await callForEach(starts, send);
}
