import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { isOutage } from '#platform/outage.ts';
import { invoked } from './invoked.ts';
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
  return invoked(
    job,
    schema,
    async (input) => {
      try {
        return await run(input);
      } catch (error) {
        if (parked !== undefined && isParked(job, error)) return parked(input);
        // The definition waits for hours under this name; it gives up on any other error after a few minutes.
        if (!(error instanceof StepError) && isOutage(error))
          throw new StepError(UNAVAILABLE, 'something outside is unavailable', { cause: error });
        throw error;
      }
    },
    (input) => {
      const { transaction_id, request_id } = input as { transaction_id?: unknown; request_id?: unknown };
      return { transaction_id, request_id };
    },
  );
}
