import { CALLS_AT_ONCE } from '#platform/at-once.ts';
import { awsClient } from '#platform/aws/client.ts';
import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import * as environment from '#platform/environment.ts';
import { nextContext, renderTraceparent } from '#platform/observability/traceparent.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { eachRow, type Outcome } from './each-by-itself.ts';

interface Start {
  readonly machine: string;
  readonly name: string;
  readonly input: Record<string, unknown>;
  readonly traceparent?: string;
}

/** The definition hands it to each task, so every input has one. */
function newTraceparent(): string {
  return renderTraceparent(nextContext(undefined));
}

/** Starts executions, each by a call; one that was there before counts. */
export async function startExecutions(commands: readonly OutboxEvent[]): Promise<Outcome> {
  const { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } = await import('@aws-sdk/client-sfn');
  const client = awsClient(SFNClient);
  const start = async ({ payload }: OutboxEvent): Promise<void> => {
    const { machine, name, input, traceparent = newTraceparent() } = payload as unknown as Start;
    const stateMachineArn = environment.machineArnOf(machine);
    const started = { stateMachineArn, name, input: JSON.stringify({ ...input, traceparent }) };
    try {
      await client.send(new StartExecutionCommand(started));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  };
  return eachRow(commands, start, CALLS_AT_ONCE);
}

interface Sending {
  readonly queue: string;
  readonly message: Record<string, unknown>;
  readonly traceparent?: string;
}

/** Sends messages to queues. */
export async function sendCommanded(commands: readonly OutboxEvent[]): Promise<Outcome> {
  const send = async ({ payload, requestId }: OutboxEvent): Promise<void> => {
    const { queue, message, traceparent } = payload as unknown as Sending;
    await sendMessages(queue, [message], requestId, { traceparent });
  };
  return eachRow(commands, send);
}
