import type { TaskState } from '../asl/definition.ts';
import { StateError } from '../asl/state-error.ts';
import type { Branch, TaskPending } from './branch.ts';
import { dueOf } from './branch.ts';
import type { Execution } from './execution.ts';
import { errorDetails } from './history.ts';
import { waitOver } from './run-state.ts';
import { recordTaskEnd, submitTask } from './task.ts';
import { complete, drive, fail, leave } from './transitions.ts';

/** The outcome of a function that ran a task. */
export type InvocationOutcome = { readonly result: unknown } | { readonly error: StateError };

/** The branch that still waits for this attempt of a task. */
export function findTask(
  execution: Execution,
  branchId: number,
  attempt: string,
): { readonly branch: Branch; readonly task: TaskPending } | undefined {
  const branch = execution.outcome === undefined ? execution.branches.get(branchId) : undefined;
  if (branch?.pending.kind !== 'task' || branch.pending.attempt !== attempt) return undefined;
  return { branch, task: branch.pending };
}

/** The function returned or failed. Ignored when the task has ended otherwise meanwhile. */
export function invocationEnded(
  execution: Execution,
  branchId: number,
  attempt: string,
  outcome: InvocationOutcome,
): void {
  const found = findTask(execution, branchId, attempt);
  if (found === undefined) return;
  const { branch, task } = found;
  if ('error' in outcome) {
    taskFailed(execution, branch, outcome.error);
    return;
  }
  const { resource } = execution.stateOf(branch) as TaskState;
  const output =
    resource.kind === 'function'
      ? outcome.result
      : { ExecutedVersion: '$LATEST', Payload: outcome.result, StatusCode: 200 };
  if (task.waitsForToken) submitTask(execution, branch, task, output);
  else taskSucceeded(execution, branch, output);
}

export function taskSucceeded(execution: Execution, branch: Branch, output: unknown): void {
  recordTaskEnd(execution, branch, { output });
  complete(execution, branch, output);
  drive(execution);
}

export function taskFailed(execution: Execution, branch: Branch, error: StateError): void {
  recordTaskEnd(execution, branch, { error });
  fail(execution, branch, error);
  drive(execution);
}

export function heartbeat(execution: Execution, branch: Branch, task: TaskPending): void {
  if (task.heartbeatSeconds === undefined) return;
  branch.pending = { ...task, heartbeatMs: execution.parts.now() + task.heartbeatSeconds * 1000 };
  execution.touch(branch);
}

/** The branch's time has come: a wait or a pause before a retry is over, or a task took too long. */
export function branchDue(execution: Execution, branch: Branch): void {
  const { pending } = branch;
  if (execution.outcome !== undefined || (dueOf(branch) ?? Number.POSITIVE_INFINITY) > execution.parts.now())
    return;
  if (pending.kind === 'wait') {
    const { output, next } = waitOver(execution, branch);
    leave(execution, branch, output, next);
  } else if (pending.kind === 'retry') {
    branch.pending = { kind: 'ready', isRetry: true };
    execution.touch(branch);
    execution.ready.push(branch);
  } else if (pending.kind === 'task') {
    const isHeartbeat = (pending.timeoutMs ?? Number.POSITIVE_INFINITY) > execution.parts.now();
    const error = isHeartbeat ? 'States.HeartbeatTimeout' : 'States.Timeout';
    const limit = isHeartbeat
      ? `gave no sign of life for ${pending.heartbeatSeconds} seconds`
      : `took longer than ${pending.timeoutSeconds} seconds`;
    taskFailed(execution, branch, new StateError(error, `The state '${branch.state}' ${limit}.`));
  }
  drive(execution);
}

/** The whole execution took longer than its definition allows. */
export function executionDue(execution: Execution): void {
  const { timeoutSeconds } = execution.parts.machine;
  const cause = `The execution took longer than ${timeoutSeconds} seconds.`;
  const error = new StateError('States.Timeout', cause);
  execution.record(execution.branches.get(0), 'ExecutionTimedOut', {
    executionTimedOutEventDetails: errorDetails(error),
  });
  execution.close({ status: 'TIMED_OUT', ...errorDetails(error) });
}

export function abort(
  execution: Execution,
  reason: { readonly error?: string; readonly cause?: string },
): void {
  execution.record(execution.branches.get(0), 'ExecutionAborted', { executionAbortedEventDetails: reason });
  execution.close({ status: 'ABORTED', ...reason });
}
