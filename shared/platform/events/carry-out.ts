import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { environment } from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { nextContext, renderTraceparent } from '#platform/observability/traceparent.ts';
import { sendMessages } from '#platform/queue/send.ts';

/** StartExecution takes one execution a call; a dividend has thousands. */
const STARTS_AT_ONCE = 8;

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

/** Starts executions and answers the ids of the commands that are done: an execution that was there before counts. */
export async function startExecutions(commands: readonly OutboxEvent[]): Promise<string[]> {
  const { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } = await import('@aws-sdk/client-sfn');
  const client = new SFNClient({});
  const done: string[] = [];
  const start = async ({ id, payload }: OutboxEvent): Promise<void> => {
    const { machine, name, input, traceparent = newTraceparent() } = payload as unknown as Start;
    const stateMachineArn = environment.machineArnOf(machine);
    try {
      const started = { stateMachineArn, name, input: JSON.stringify({ ...input, traceparent }) };
      await client.send(new StartExecutionCommand(started));
      done.push(id);
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) done.push(id);
      else logger.warn('an execution was not started', { machine, name, error: error as Error });
    }
  };
  const left = commands.values();
  const starter = async (): Promise<void> => {
    for (const next of left) await start(next);
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, starter));
  return done;
}

interface Sending {
  readonly queue: string;
  readonly message: Record<string, unknown>;
  readonly traceparent?: string;
}

/** Sends messages to queues and answers the ids of the commands that are done. */
export async function sendCommanded(commands: readonly OutboxEvent[]): Promise<string[]> {
  const done: string[] = [];
  for (const { id, payload, requestId } of commands) {
    const { queue, message, traceparent } = payload as unknown as Sending;
    await sendMessages(queue, [message], requestId, { traceparent });
    done.push(id);
  }
  return done;
}
