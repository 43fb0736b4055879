import { awsClient } from '#platform/aws/client.ts';
import { logger } from '#platform/observability/logger.ts';

/**
 * Tells an execution that what it waits for has happened; it looks in the database what that is. Nothing depends on it: a
 * token that is spent, late or lost is left to the execution's own timeout and to the reconciliation.
 */
export async function reportTask(token: string | null | undefined): Promise<boolean> {
  if (token === null || token === undefined) return false;
  const { SendTaskSuccessCommand, SFNClient } = await import('@aws-sdk/client-sfn');
  try {
    await awsClient(SFNClient).send(
      new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify({ status: 'REPORTED' }) }),
    );
    return true;
  } catch (error) {
    logger.warn('a task was not reported', { error: error as Error });
    return false;
  }
}
