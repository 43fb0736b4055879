import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { answerCanary, isCanary } from '#platform/canary.ts';
import { logger } from '#platform/observability/logger.ts';
import { observeMs } from '#platform/observability/metrics.ts';
import { continued, invocation } from '#platform/observability/trace.ts';
import { isOutage } from '#platform/outage.ts';
import type { StepJob } from './job.ts';
import { isParked } from './system-actor.ts';

/** An error that a definition can retry or catch by name: the error's name is the state machine's error name. */
export class StepError extends Error {
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** The name under which a definition learns that a step needs nothing but time. */
export const UNAVAILABLE = 'Unavailable';

/**
 * The one stack of state machine tasks. What `run` answers is the task's result.
 * @param parked makes the result for a suspended tenant, of a job that parks its work: the definition waits
 */
export function step<S extends z.ZodType, Result>(
  job: StepJob,
  schema: S,
  run: (input: z.output<S>) => Promise<Result>,
  parked?: (input: z.output<S>) => Result,
): (event: unknown, context: Context) => Promise<Result> {
  const runOnce = async (event: unknown, context: Context): Promise<Result> => {
    logger.addContext(context);
    const startedMs = performance.now();
    const input = schema.parse(event) as z.output<S>;
    const { transaction_id, request_id } = input as { transaction_id?: unknown; request_id?: unknown };
    const seen = { job: job.name, transaction_id, request_id };
    let outcome = 'failed';
    try {
      const result = await run(input).catch((error: unknown) => {
        if (parked === undefined || !isParked(job, error)) throw error;
        return parked(input);
      });
      outcome = 'done';
      logger.info('step', {
        ...seen,
        outcome,
        duration_ms: Math.round(performance.now() - startedMs),
      });
      return result;
    } catch (error) {
      logger.error('step', { ...seen, outcome, error: error as Error });
      // The definition waits for hours under this name; it gives up on any other error after a few minutes.
      if (!(error instanceof StepError) && isOutage(error))
        throw new StepError(UNAVAILABLE, 'something outside is unavailable', { cause: error });
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
  return (event, context) =>
    isCanary(event)
      ? answerCanary()
      : invocation(() => continued(sentTraceparent(event), start, () => runOnce(event, context)));
}

/** Reads the trace from the execution's input, which the definition hands to each task. */
function sentTraceparent(event: unknown): string | undefined {
  const { traceparent } = (event ?? {}) as { traceparent?: unknown };
  return typeof traceparent === 'string' ? traceparent : undefined;
}
