import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import type { TenantId } from '#kernel/ids.ts';
import { awsClient } from '#platform/aws/client.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { environment } from '#platform/environment.ts';
import { requestIdFrom } from '#platform/http/request-id.ts';
import { logger } from '#platform/observability/logger.ts';
import { observeMs } from '#platform/observability/metrics.ts';
import { continued, invocation } from '#platform/observability/trace.ts';
import type { QueueJob } from './job.ts';

/** One delivery of a message. */
export interface Delivery<Message> {
  readonly message: Message;
  readonly messageId: string;
  /** 1 for the first delivery. */
  readonly receiveCount: number;
  /** Whether the message goes to the dead-letter queue if this delivery fails. */
  readonly isLast: boolean;
  /** The id of the request that the message came from. */
  readonly requestId: string;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

export interface ConsumerOptions<Message> {
  /** Finds the trace of a message that doesn't carry it, such as a notification of S3. @default none */
  readonly traceparentOf?: (message: Message) => Promise<string | undefined>;
}

/** The time after which a message returns to its queue if the worker dies, whatever the queue's own timeout. */
const LEASE_SECONDS = 60;
const RENEW_EVERY_MS = 20_000;
/** Seconds before a failed message is delivered again: doubled each time, with jitter. */
const FIRST_RETRY_SECONDS = 1;
const LONGEST_RETRY_SECONDS = 300;

/**
 * The one stack of queue workers: every message is checked, run and reported by itself. What throws is delivered again after a
 * growing delay, up to the job's `maxReceives`; the rest of its batch is done.
 */
export function consumer<S extends z.ZodType>(
  job: QueueJob,
  schema: S,
  run: (delivery: Delivery<z.output<S>>) => Promise<void>,
  options: ConsumerOptions<z.output<S>> = {},
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const one = async (record: SQSRecord, context: Context): Promise<boolean> => {
    const sent = sentTraceparent(record) ?? (await storedTraceparent(record, schema, options));
    const attributes = {
      'messaging.system': 'aws_sqs',
      'messaging.destination.name': job.queue,
      'messaging.message.id': record.messageId,
      'vestry.job': job.name,
    };
    const startedMs = performance.now();
    return continued(sent, { name: `process ${job.queue}`, kind: 'consumer', attributes }, async (span) => {
      const done = await consume(job, record, context, schema, run);
      if (!done) span.fail('message-failed');
      const outcome = done ? 'done' : 'failed';
      observeMs('JobDuration', performance.now() - startedMs, { job: job.name, kind: job.kind, outcome });
      return done;
    });
  };
  return (event, context) =>
    invocation(async () => {
      logger.addContext(context);
      const batchItemFailures: { itemIdentifier: string }[] = [];
      for (const record of event.Records) {
        if (!(await one(record, context))) batchItemFailures.push({ itemIdentifier: record.messageId });
      }
      return { batchItemFailures };
    });
}

/** Reads the trace from the message, or from the event that EventBridge has put into it. */
function sentTraceparent({ messageAttributes, body }: SQSRecord): string | undefined {
  const attribute = messageAttributes.traceparent?.stringValue;
  if (attribute !== undefined || !body.includes('"traceparent"')) return attribute;
  try {
    const { detail } = JSON.parse(body) as { detail?: { traceparent?: unknown } };
    return typeof detail?.traceparent === 'string' ? detail.traceparent : undefined;
  } catch {
    return undefined;
  }
}

/** If the trace can't be found, a new one begins; an invalid message is reported when it is run. */
async function storedTraceparent<S extends z.ZodType>(
  { body }: SQSRecord,
  schema: S,
  { traceparentOf }: ConsumerOptions<z.output<S>>,
): Promise<string | undefined> {
  if (traceparentOf === undefined) return undefined;
  try {
    return await traceparentOf(schema.parse(JSON.parse(body)) as z.output<S>);
  } catch {
    return undefined;
  }
}

async function consume<S extends z.ZodType>(
  job: QueueJob,
  record: SQSRecord,
  context: Context,
  schema: S,
  run: (delivery: Delivery<z.output<S>>) => Promise<void>,
): Promise<boolean> {
  const startedMs = performance.now();
  const receiveCount = Number(record.attributes.ApproximateReceiveCount);
  const requestId = requestIdFrom([record.messageAttributes.request_id?.stringValue ?? record.messageId]);
  const seen = {
    job: job.name,
    message_id: record.messageId,
    request_id: requestId,
    receive_count: receiveCount,
  };
  const lease = job.timeoutSeconds > LEASE_SECONDS ? await takeLease(record) : undefined;
  try {
    const message = schema.parse(JSON.parse(record.body)) as z.output<S>;
    await run({
      message,
      messageId: record.messageId,
      receiveCount,
      isLast: receiveCount >= job.maxReceives,
      requestId,
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    logger.info('message', {
      ...seen,
      outcome: 'done',
      duration_ms: Math.round(performance.now() - startedMs),
    });
    return true;
  } catch (error) {
    logger.error('message', { ...seen, outcome: 'failed', error: error as Error });
    await lease?.end();
    await changeVisibility(record, retryDelaySeconds(receiveCount)).catch((cause: Error) =>
      logger.warn('the message comes back at the end of its visibility timeout', { ...seen, error: cause }),
    );
    return false;
  } finally {
    await lease?.end();
  }
}

function retryDelaySeconds(receiveCount: number): number {
  const longest = Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (receiveCount - 1));
  return Math.ceil(longest * (0.5 + Math.random() / 2));
}

async function changeVisibility(record: SQSRecord, seconds: number): Promise<void> {
  const { ChangeMessageVisibilityCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  await awsClient(SQSClient).send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: environment.queueUrl(),
      ReceiptHandle: record.receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
}

/** Holds a message for a minute at a time while long work is under way. */
async function takeLease(record: SQSRecord): Promise<{ end(): Promise<void> }> {
  const renew = () =>
    changeVisibility(record, LEASE_SECONDS).catch((error: Error) =>
      logger.warn('a lease was not renewed', { error }),
    );
  await renew();
  let renewal: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renew();
  }, RENEW_EVERY_MS);
  return {
    end: async () => {
      clearInterval(timer);
      await renewal;
    },
  };
}

/** Returns the actor that writes when no user does: a worker or a schedule, for one tenant. */
export function systemActor(tenantId: TenantId, requestId: string): Actor {
  return { tenantId, actorId: null, actorRole: 'SYSTEM', requestId };
}
