import type { APIGatewayProxyResult } from 'aws-lambda';
import { forgetLate, type LoggedRequest, logLater, logStatement } from '#platform/db/request-log.ts';
import { logAlone } from '#platform/db/tenant-tx.ts';
import { onceAMinute } from './once-a-minute.ts';

/** The problems of requests that had no time, or no database, to write a row: asking for one more delays an answer that is late already. */
const WITHOUT_DATABASE: readonly (string | null)[] = ['temporarily-unavailable', 'gateway-timeout'];

/** Notes in the log that a request was answered otherwise than its route promises. What can't be noted now is left to the next request. */
export async function logOtherwise(
  request: LoggedRequest,
  { statusCode, body }: APIGatewayProxyResult,
  durationMs: number,
): Promise<void> {
  const problem = problemOf(body);
  const answer = { status: statusCode, problem, durationMs: Math.round(durationMs) };
  const row = logStatement(request, answer);
  if (WITHOUT_DATABASE.includes(problem)) return logLater(request, row);
  forgetLate(request);
  try {
    // Too many requests cost the database next to nothing: the log has one of a minute.
    if (problem !== 'too-many-requests') return await logAlone(row);
    const { tenantId, actorId, method, operation } = request;
    const parts = ['logged', tenantId, actorId, method, operation];
    await onceAMinute(parts, (id) => logAlone(logStatement({ ...request, id }, answer)));
  } catch {
    logLater(request, row);
  }
}

const TYPE = /"type":"\/problems\/([a-z0-9-]{1,60})"/;

/** Returns the name of the problem that an answer is; a problem says its type first. */
function problemOf(body: string): string | null {
  return TYPE.exec(body.slice(0, 100))?.[1] ?? null;
}
