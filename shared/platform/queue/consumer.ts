import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { environment } from '#platform/environment.ts';
import { requestIdFrom } from '#platform/http/request-id.ts';
import type { TenantId } from '#platform/ids.ts';
import { logger } from '#platform/observability/logger.ts';
import type { QueueJob } from './job.ts';

/** One message, as it was delivered this time. */
export interface Delivery<Message> {
  readonly message: Message;
  readonly messageId: string;
  /** 1 for the first delivery. */
  readonly receiveCount: number;
  /** After this delivery the message goes to the dead-letter queue. */
  readonly isLast: boolean;
  /** Of the request that the message came from. */
  readonly requestId: string;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

/** A worker that dies gives its message back after this long, whatever the queue's own timeout. */
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
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  return async (event, context) => {
    logger.addContext(context);
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const record of event.Records) {
      if (!(await consume(job, record, context, schema, run))) {
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  };
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
  await new SQSClient({}).send(
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

/** Who writes when no user does: a worker or a schedule, for one tenant. */
export function systemActor(tenantId: TenantId, requestId: string): Actor {
  return { tenantId, actorId: null, actorRole: 'SYSTEM', requestId };
}
