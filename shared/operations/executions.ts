import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import { invalidField } from '#kernel/domain-error.ts';
import { awsClient } from '#platform/aws/client.ts';
import { decodeCursor, encodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import * as environment from '#platform/environment.ts';

/** An execution of a state machine. */
export interface Execution {
  readonly name: string;
  readonly machine: string;
  readonly status: ExecutionStatus;
  readonly started_at: string;
  readonly stopped_at: string | null;
}

const MACHINE = 'disbursement';

/**
 * Lists the executions of the disbursement machine that have a status, the newest first.
 * @throws DomainError `validation-failed` for a cursor that Step Functions did not give, or gave too long ago
 */
export async function listExecutions({
  status,
  limit,
  cursor,
}: PageRequest & { readonly status: ExecutionStatus }): Promise<{
  data: Execution[];
  next_cursor: string | null;
}> {
  const sdk = await import('@aws-sdk/client-sfn');
  const client = awsClient(sdk.SFNClient);
  const [nextToken] = cursor === undefined ? [] : decodeCursor(cursor, ['text']);
  const command = new sdk.ListExecutionsCommand({
    stateMachineArn: environment.machineArnOf(MACHINE),
    statusFilter: status,
    maxResults: limit,
    ...(nextToken === undefined ? {} : { nextToken }),
  });
  const { executions = [], nextToken: next } = await client.send(command).catch((error: unknown) => {
    if (error instanceof sdk.InvalidToken)
      throw invalidField('?cursor', 'invalid-cursor', 'is not a cursor of this list; start without one');
    throw error;
  });
  return {
    data: executions.map(({ name = '', status: state = status, startDate, stopDate }) => ({
      name,
      machine: MACHINE,
      status: state,
      started_at: (startDate ?? new Date(0)).toISOString(),
      stopped_at: stopDate?.toISOString() ?? null,
    })),
    next_cursor: next === undefined ? null : encodeCursor([next]),
  };
}
