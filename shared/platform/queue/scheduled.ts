import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { letStatementsRunFor } from '#platform/db/tenant-context.ts';
import { logger } from '#platform/observability/logger.ts';
import { observeMs } from '#platform/observability/metrics.ts';
import { continued, invocation } from '#platform/observability/trace.ts';
import type { ScheduledJob } from './job.ts';

const ScheduledEvent = z.looseObject({ id: z.string().optional(), time: z.iso.datetime({ offset: true }) });

/** When a job runs for, and under which id its work can be found in logs and the audit trail. */
export interface Firing {
  /** The event's own time: jobs never read the clock. */
  readonly time: Date;
  readonly requestId: string;
  /** Milliseconds until the function is stopped. */
  remainingMs(): number;
}

/** The one stack of scheduled jobs. What `run` answers is logged; what it throws makes EventBridge's retries run it again. */
export function scheduled<Result extends Record<string, unknown>>(
  job: ScheduledJob,
  run: (firing: Firing) => Promise<Result>,
): (event: unknown, context: Context) => Promise<Result> {
  letStatementsRunFor(job.timeoutSeconds);
  const runOnce = async (event: unknown, context: Context): Promise<Result> => {
    logger.addContext(context);
    const { id, time } = ScheduledEvent.parse(event);
    const requestId = id ?? context.awsRequestId;
    const startedMs = performance.now();
    const seen = { job: job.name, request_id: requestId, time };
    let outcome = 'failed';
    try {
      const result = await run({
        time: new Date(time),
        requestId,
        remainingMs: () => context.getRemainingTimeInMillis(),
      });
      outcome = 'done';
      logger.info('job', {
        ...seen,
        outcome,
        ...result,
        duration_ms: Math.round(performance.now() - startedMs),
      });
      return result;
    } catch (error) {
      logger.error('job', { ...seen, outcome, error: error as Error });
      throw error;
    } finally {
      observeMs('JobDuration', performance.now() - startedMs, { job: job.name, kind: job.kind, outcome });
    }
  };
  const start = {
    name: `run ${job.name}`,
    kind: 'internal',
    attributes: { 'vestry.job': job.name },
  } as const;
  return (event, context) => invocation(() => continued(undefined, start, () => runOnce(event, context)));
}
