import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { invoked } from './invoked.ts';
import type { CalledJob } from './job.ts';

/** The one stack of functions outside the network, which others call by `callFunction`. Their input has secrets in it: none of it is logged here. */
export function called<S extends z.ZodType, Result>(
  job: CalledJob,
  schema: S,
  run: (input: z.output<S>) => Promise<Result>,
): (event: unknown, context: Context) => Promise<Result> {
  return invoked(job, schema, run, () => ({}));
}
