import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { answerCanary, isCanary } from '#platform/canary.ts';
import { logger } from '#platform/observability/logger.ts';
import { observeMs } from '#platform/observability/metrics.ts';
import { continued, invocation } from '#platform/observability/trace.ts';
import type { Job } from './job.ts';

/**
 * The one stack of functions that somebody calls and whose result they wait for: tasks of a state machine, and functions outside the network.
 * @param seen returns what of the input the log shows
 */
export function invoked<S extends z.ZodType, Result>(
  job: Job,
  schema: S,
  run: (input: z.output<S>) => Promise<Result>,
  seen: (input: z.output<S>) => Readonly<Record<string, unknown>>,
): (event: unknown, context: Context) => Promise<Result> {
  const runOnce = async (event: unknown, context: Context): Promise<Result> => {
    logger.addContext(context);
    const startedMs = performance.now();
    const input = schema.parse(event) as z.output<S>;
    const shown = { job: job.name, ...seen(input) };
    let outcome = 'failed';
    try {
      const result = await run(input);
      outcome = 'done';
      logger.info(job.kind, { ...shown, outcome, duration_ms: Math.round(performance.now() - startedMs) });
      return result;
    } catch (error) {
      logger.error(job.kind, { ...shown, outcome, error: error as Error });
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

/** Reads the trace from the input, into which the caller puts it: the definition of a state machine, or one of our functions. */
function sentTraceparent(event: unknown): string | undefined {
  const { traceparent } = (event ?? {}) as { traceparent?: unknown };
  return typeof traceparent === 'string' ? traceparent : undefined;
}
