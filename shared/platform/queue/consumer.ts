import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import { answerCanary, isCanary } from '#platform/canary.ts';
import { letStatementsRunFor } from '#platform/db/tenant-context.ts';
import * as environment from '#platform/environment.ts';
import { requestIdFrom } from '#platform/http/request-id.ts';
import { logger } from '#platform/observability/logger.ts';
import { observeMs } from '#platform/observability/metrics.ts';
import { continued, currentTraceparent, invocation } from '#platform/observability/trace.ts';
import { isOutage } from '#platform/outage.ts';
import { type Consumption, maxReceivesOf } from './job.ts';
import { outagePauseSeconds, setPace } from './pauses.ts';
import { bury, failuresOf, hide, remove, sendAgain } from './redelivery.ts';
import { isParked } from './system-actor.ts';

/** One delivery of a message. */
export interface Delivery<Message> {
  readonly message: Message;
  readonly messageId: string;
  /** Returns whether the message goes to the dead-letter queue if this delivery fails with such an error. */
  isFinal(error: unknown): boolean;
  /** The id of the request that the message came from. */
  readonly requestId: string;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

export interface ConsumerOptions<Message> {
  /** Finds the trace of a message that doesn't carry it, such as a notification of S3. @default none */
  readonly traceparentOf?: (message: Message) => Promise<string | undefined>;
  /** Marks the work of a suspended tenant, whose message goes, so that its sweep needn't wait until the message must be lost. @default nothing */
  readonly park?: (message: Message) => Promise<void>;
}

/** `failed`: for itself, and a copy of it will be tried again or is a dead letter. `waiting`: it comes back itself. */
type Outcome = 'done' | 'failed' | 'waiting';

/** The time after which a message returns to its queue if the worker dies, whatever the queue's own timeout. */
const LEASE_SECONDS = 60;
const RENEW_EVERY_MS = 20_000;
/** Work that isn't over by then counts as failed, while there is time to say so. */
const TOO_LATE_MS = 2_500;

/**
 * The one stack of queue workers: every message is checked, run and reported by itself. What fails for itself is delivered again
 * after a growing pause, up to the job's `tries`; what an outage keeps from being done waits as long as `retryForHours` says
 * (docs/adr/0110). The rest of its batch is done.
 */
export function consumer<S extends z.ZodType>(
  job: Consumption,
  schema: S,
  run: (delivery: Delivery<z.output<S>>) => Promise<void>,
  options: ConsumerOptions<z.output<S>> = {},
): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  letStatementsRunFor(job.timeoutSeconds);
  if (environment.pauseFactor() !== 1) setPace(environment.pauseFactor());
  const one = async (record: SQSRecord, context: Context): Promise<Outcome> => {
    const sent = sentTraceparent(record) ?? (await storedTraceparent(record, schema, options));
    const attributes = {
      'messaging.system': 'aws_sqs',
      'messaging.destination.name': job.queue,
      'messaging.message.id': record.messageId,
      'vestry.job': job.name,
    };
    const startedMs = performance.now();
    return continued(sent, { name: `process ${job.queue}`, kind: 'consumer', attributes }, async (span) => {
      const outcome = await consume(job, record, context, schema, run, options);
      if (outcome !== 'done') span.fail(`message-${outcome}`);
      observeMs('JobDuration', performance.now() - startedMs, { job: job.name, kind: job.kind, outcome });
      return outcome;
    });
  };
  return (event, context) =>
    isCanary(event)
      ? answerCanary()
      : invocation(async () => {
          logger.addContext(context);
          const batchItemFailures: { itemIdentifier: string }[] = [];
          for (const record of event.Records) {
            if ((await one(record, context)) !== 'done')
              batchItemFailures.push({ itemIdentifier: record.messageId });
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
  job: Consumption,
  record: SQSRecord,
  context: Context,
  schema: S,
  run: (delivery: Delivery<z.output<S>>) => Promise<void>,
  { park }: ConsumerOptions<z.output<S>>,
): Promise<Outcome> {
  const startedMs = performance.now();
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const failures = failuresOf(record);
  const requestId = requestIdFrom([record.messageAttributes.request_id?.stringValue ?? record.messageId]);
  const seen = {
    job: job.name,
    message_id: record.messageId,
    request_id: requestId,
    receive_count: receives,
    failures,
  };
  const isFinal = (error: unknown): boolean =>
    isOutage(error) ? receives >= maxReceivesOf(job) : failures + 1 >= job.tries;
  const again = async (): Promise<void> => {
    const kept = { requestId, traceparent: currentTraceparent() };
    if (failures + 1 >= job.tries) await bury(job, record, kept);
    else await sendAgain(job.queue, record, kept);
    // The copy stands for it. A death in between leaves both, which every worker tolerates.
    await remove(job.queue, record);
  };
  const lease = job.timeoutSeconds > LEASE_SECONDS ? await takeLease(job.queue, record) : undefined;
  // The function is about to be stopped with the work in it. Whatever is left for SQS to count would be an outage.
  const tooLate = setTimeout(
    () => {
      logger.error('message', { ...seen, outcome: 'out of time' });
      again().catch((cause: Error) => logger.warn('the message keeps its count', { ...seen, error: cause }));
    },
    Math.max(0, context.getRemainingTimeInMillis() - TOO_LATE_MS),
  );
  try {
    const message = schema.parse(JSON.parse(record.body)) as z.output<S>;
    const delivery = { message, messageId: record.messageId, isFinal, requestId };
    let outcome = 'done';
    try {
      await run({ ...delivery, remainingMs: () => context.getRemainingTimeInMillis() });
    } catch (error) {
      if (!isParked(job, error)) throw error;
      await park?.(message);
      outcome = 'parked';
    }
    logger.info('message', {
      ...seen,
      outcome,
      duration_ms: Math.round(performance.now() - startedMs),
    });
    return 'done';
  } catch (error) {
    await lease?.end();
    const outage = isOutage(error);
    const outcome = outage ? 'waiting' : 'failed';
    logger[outage ? 'warn' : 'error']('message', { ...seen, outcome, error: error as Error });
    try {
      if (outage) await hide(job.queue, record, outagePauseSeconds(receives));
      else await again();
    } catch (cause) {
      // The queue itself is unavailable: the message comes back at the end of its visibility timeout, and has lost no try.
      logger.warn('the message keeps its count', { ...seen, error: cause as Error });
      return 'waiting';
    }
    return outcome;
  } finally {
    clearTimeout(tooLate);
    await lease?.end();
  }
}

/** Holds a message for a minute at a time while long work is under way. */
async function takeLease(queue: string, record: SQSRecord): Promise<{ end(): Promise<void> }> {
  const renew = () =>
    hide(queue, record, LEASE_SECONDS).catch((error: Error) =>
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
