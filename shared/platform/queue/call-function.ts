import { awsClient } from '#platform/aws/client.ts';
import * as environment from '#platform/environment.ts';
import { currentTraceparent } from '#platform/observability/trace.ts';
import { isOutage, Unavailable } from '#platform/outage.ts';
import type { CalledJob } from './job.ts';

/** The time beyond the function's own in which it may be started. */
const START_MS = 2_000;

/**
 * Calls a function outside the network and waits for its answer (`uses: ['function:<name>:call']`). It is called once: whether a call that got no
 * answer was carried out, nobody knows.
 * @throws Unavailable when it can't be called, fails, or takes longer than it may
 */
export async function callFunction<Answer>(
  { name, timeoutSeconds }: CalledJob,
  input: object,
): Promise<Answer> {
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const client = awsClient(LambdaClient, { maxAttempts: 1 });
  const command = new InvokeCommand({
    FunctionName: environment.functionArnOf(name),
    Payload: JSON.stringify({ ...input, traceparent: currentTraceparent() }),
  });
  const abortSignal = AbortSignal.timeout(timeoutSeconds * 1000 + START_MS);
  const { FunctionError, Payload } = await client.send(command, { abortSignal }).catch((error: unknown) => {
    throw isOutage(error) ? new Unavailable(`${name} can't be called`, { cause: error }) : error;
  });
  // The function has logged its error; what it says of it is not for others.
  if (FunctionError !== undefined || Payload === undefined) throw new Unavailable(`${name} has failed`);
  return JSON.parse(Payload.transformToString()) as Answer;
}
