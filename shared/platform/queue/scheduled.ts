import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { answerCanary, isCanary } from '#platform/canary.ts';
import { logger } from '#platform/observability/logger.ts';
import { observeMs } from '#platform/observability/metrics.ts';
import { continued, invocation } from '#platform/observability/trace.ts';
import { isOutage } from '#platform/outage.ts';
import { consumer } from './consumer.ts';
import { consumptionOf, type ScheduledJob } from './job.ts';

const ScheduledEvent = z.looseObject({ id: z.string().optional(), time: z.iso.datetime({ offset: true }) });
type ScheduledEvent = z.output<typeof ScheduledEvent>;

/** When a job runs for, and under which id its work can be found in logs and the audit trail. */
export interface Firing {
  /** The event's own time: jobs never read the clock. */
  readonly time: Date;
  readonly requestId: string;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

/** Runs a job for a firing from its queue, or for an event by itself. */
export interface ScheduledHandler<Result> {
  (event: SQSEvent, context: Context): Promise<SQSBatchResponse>;
  (event: unknown, context: Context): Promise<Result>;
}

/**
 * The one stack of scheduled jobs. Firings come from the job's queue and are tried again like any message: what `run` throws costs
 * a try, an outage costs time. An event by itself is run once, for a person who invokes the function. What `run` answers is logged.
 */
export function scheduled<Result extends Record<string, unknown>>(
  job: ScheduledJob,
  run: (firing: Firing) => Promise<Result>,
): ScheduledHandler<Result> {
  const fire = async ({ id, time }: ScheduledEvent, started: Started): Promise<Result> => {
    const requestId = id ?? started.requestId;
    const startedMs = performance.now();
    const result = await run({ time: new Date(time), requestId, remainingMs: started.remainingMs });
    const duration_ms = Math.round(performance.now() - startedMs);
    logger.info('job', {
      job: job.name,
      request_id: requestId,
      time,
      outcome: 'done',
      ...result,
      duration_ms,
    });
    return result;
  };
  // A function runs one invocation at a time, with one firing.
  let failure: unknown;
  const consume = consumer(consumptionOf(job), ScheduledEvent, async ({ message, ...delivery }) => {
    try {
      await fire(message, delivery);
    } catch (error) {
      if (!isOutage(error)) failure = error;
      throw error;
    }
  });
  const queued = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    failure = undefined;
    const answer = await consume(event, context);
    // The function's errors are its alarm. The firing itself has been taken care of.
    if (failure !== undefined) throw failure;
    return answer;
  };
  const byHand = (event: unknown, context: Context): Promise<Result> =>
    invocation(() =>
      continued(
        undefined,
        { name: `run ${job.name}`, kind: 'internal', attributes: { 'vestry.job': job.name } },
        () =>
          observed(job, context, () =>
            fire(ScheduledEvent.parse(event), {
              requestId: context.awsRequestId,
              remainingMs: () => context.getRemainingTimeInMillis(),
            }),
          ),
      ),
    );
  function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse>;
  function handler(event: unknown, context: Context): Promise<Result>;
  function handler(event: unknown, context: Context): Promise<Result | SQSBatchResponse> {
    if (isCanary(event)) return answerCanary();
    return isFromQueue(event) ? queued(event, context) : byHand(event, context);
  }
  return handler;
}

type Started = Pick<Firing, 'requestId' | 'remainingMs'>;

function isFromQueue(event: unknown): event is SQSEvent {
  return Array.isArray((event as { readonly Records?: unknown } | null)?.Records);
}

async function observed<Result>(
  job: ScheduledJob,
  context: Context,
  run: () => Promise<Result>,
): Promise<Result> {
  logger.addContext(context);
  const startedMs = performance.now();
  let outcome = 'failed';
  try {
    const result = await run();
    outcome = 'done';
    return result;
  } catch (error) {
    logger.error('job', { job: job.name, outcome, error: error as Error });
    throw error;
  } finally {
    observeMs('JobDuration', performance.now() - startedMs, { job: job.name, kind: job.kind, outcome });
  }
}
