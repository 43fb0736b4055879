import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { logger } from '#platform/observability/logger.ts';
import type { StepJob } from './job.ts';

/** What a definition can tell apart, to retry or to catch: the error's name is the state machine's error name. */
export class StepError extends Error {
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** The one stack of state machine tasks. What `run` answers is the task's result. */
export function step<S extends z.ZodType, Result>(
  job: StepJob,
  schema: S,
  run: (input: z.output<S>) => Promise<Result>,
): (event: unknown, context: Context) => Promise<Result> {
  return async (event, context) => {
    logger.addContext(context);
    const startedMs = performance.now();
    const input = schema.parse(event) as z.output<S>;
    const { transaction_id, request_id } = input as { transaction_id?: unknown; request_id?: unknown };
    const seen = { job: job.name, transaction_id, request_id };
    try {
      const result = await run(input);
      logger.info('step', {
        ...seen,
        outcome: 'done',
        duration_ms: Math.round(performance.now() - startedMs),
      });
      return result;
    } catch (error) {
      logger.error('step', { ...seen, outcome: 'failed', error: error as Error });
      throw error;
    }
  };
}
