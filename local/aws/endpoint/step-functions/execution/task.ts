import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import type { Seconds, TaskResource, TaskState } from '../asl/definition.ts';
import { secondsOf } from '../asl/seconds.ts';
import { checkDataLimit, runtimeError, type StateError } from '../asl/state-error.ts';
import { type Branch, type TaskPending, withDeadlines } from './branch.ts';
import { contextOf, effectiveInput } from './data-flow.ts';
import type { Execution } from './execution.ts';
import { errorDetails, outputDetails } from './history.ts';

/** Makes the task ready to be handed to its function, which happens once it is on disk. */
export function startTask(execution: Execution, branch: Branch, state: TaskState): void {
  const { resource } = state;
  const attempt = randomUUID();
  const waitsForToken = resource.kind === 'invoke' && resource.waitsForToken;
  const context = contextOf(execution, branch, waitsForToken ? attempt : undefined);
  const { functionName, payload } = callOf(resource, effectiveInput(state, branch.input, context));
  checkDataLimit(payload, `The input of the state '${state.name}'`);
  const seconds = (field: Seconds | undefined): number | undefined =>
    field && secondsOf(field, { input: branch.input, context }, 1);
  const pending: TaskPending = {
    kind: 'task',
    attempt,
    functionName,
    payload: JSON.stringify(payload),
    waitsForToken,
    isSubmitted: false,
    timeoutSeconds: seconds(state.timeout),
    heartbeatSeconds: seconds(state.heartbeat),
    timeoutMs: undefined,
    heartbeatMs: undefined,
  };
  branch.pending = withDeadlines(pending, execution.parts.now());
  recordStart(execution, branch, pending);
}

function callOf(resource: TaskResource, input: unknown): { functionName: string; payload: unknown } {
  if (resource.kind === 'function') return { functionName: resource.functionArn, payload: input };
  const { FunctionName: functionName, Payload: payload = {} } = (
    isJsonObject(input) ? input : {}
  ) as JsonObject;
  if (typeof functionName !== 'string') throw runtimeError('FunctionName must be text.');
  return { functionName, payload };
}

/** Returns the names of a task's events, and what each contains about the resource. */
function eventsOf(execution: Execution, branch: Branch) {
  const { resource } = execution.stateOf(branch) as TaskState;
  if (resource.kind === 'function') return { prefix: 'LambdaFunction', resource: {} };
  const name = resource.waitsForToken ? 'invoke.waitForTaskToken' : 'invoke';
  return { prefix: 'Task', resource: { resourceType: 'lambda', resource: name } };
}

type TaskEvent = 'Scheduled' | 'Started' | 'Submitted' | 'Succeeded' | 'Failed' | 'TimedOut';

function recordTask(execution: Execution, branch: Branch, event: TaskEvent, details: object): void {
  const { prefix, resource } = eventsOf(execution, branch);
  const field = `${prefix.charAt(0).toLowerCase()}${prefix.slice(1)}${event}EventDetails`;
  execution.record(branch, `${prefix}${event}`, { [field]: { ...resource, ...details } });
}

function recordStart(execution: Execution, branch: Branch, task: TaskPending): void {
  const region = execution.arn.split(':')[3];
  const limits = {
    ...(task.timeoutSeconds === undefined ? {} : { timeoutInSeconds: task.timeoutSeconds }),
    ...(task.heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: task.heartbeatSeconds }),
  };
  const isIntegration = eventsOf(execution, branch).prefix === 'Task';
  const parameters = `{"FunctionName":${JSON.stringify(task.functionName)},"Payload":${task.payload}}`;
  const details = isIntegration
    ? { region, parameters, ...limits }
    : { resource: task.functionName, input: task.payload, ...limits };
  recordTask(execution, branch, 'Scheduled', details);
  recordTask(execution, branch, 'Started', {});
}

/** Runs a task again that a kill interrupted; its time starts over. */
export function restartTask(execution: Execution, branch: Branch, task: TaskPending): void {
  branch.pending = withDeadlines(task, execution.parts.now());
  recordStart(execution, branch, task);
}

/** The function has taken a task that now waits for its token. */
export function submitTask(execution: Execution, branch: Branch, task: TaskPending, output: unknown): void {
  branch.pending = { ...task, isSubmitted: true };
  recordTask(execution, branch, 'Submitted', outputDetails(output));
}

export function recordTaskEnd(
  execution: Execution,
  branch: Branch,
  end: { readonly output: unknown } | { readonly error: StateError },
): void {
  if ('output' in end) recordTask(execution, branch, 'Succeeded', outputDetails(end.output));
  else {
    const isTimeout = end.error.error === 'States.Timeout' || end.error.error === 'States.HeartbeatTimeout';
    recordTask(execution, branch, isTimeout ? 'TimedOut' : 'Failed', errorDetails(end.error));
  }
}
