import type { OutboxEvent } from '#platform/db/tenant-tx.ts';
import { environment } from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { sendMessages } from '#platform/queue/send.ts';

/** StartExecution takes one execution a call; a dividend has thousands. */
const STARTS_AT_ONCE = 8;

interface Start {
  readonly machine: string;
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** Starts executions and answers the ids of the commands that are done: an execution that was there before counts. */
export async function startExecutions(commands: readonly OutboxEvent[]): Promise<string[]> {
  const { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } = await import('@aws-sdk/client-sfn');
  const client = new SFNClient({});
  const done: string[] = [];
  const start = async ({ id, payload }: OutboxEvent): Promise<void> => {
    const { machine, name, input } = payload as unknown as Start;
    const stateMachineArn = environment.machineArnOf(machine);
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
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

/** Sends messages to queues and answers the ids of the commands that are done. */
export async function sendCommanded(commands: readonly OutboxEvent[]): Promise<string[]> {
  const done: string[] = [];
  for (const { id, payload, requestId } of commands) {
    const { queue, message } = payload as { queue: string; message: Record<string, unknown> };
    await sendMessages(queue, [message], requestId);
    done.push(id);
  }
  return done;
}
