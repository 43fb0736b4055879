import { AwsError } from '../aws-error.ts';
import { type JsonObject, onlyParameters, optionalText, requiredText } from '../json-input.ts';
import { DATA_LIMIT_BYTES, StateError } from './asl/state-error.ts';
import type { Branch, TaskPending } from './execution/branch.ts';
import type { Execution } from './execution/execution.ts';
import { findTask, heartbeat, taskFailed, taskSucceeded } from './execution/happenings.ts';
import { parseTaskToken } from './execution/task-token.ts';
import { failureReason } from './execution-operations.ts';
import type { StepFunctions } from './step-functions.ts';

interface WaitingTask {
  readonly execution: Execution;
  readonly branch: Branch;
  readonly task: TaskPending;
}

/** Throws `InvalidToken` for what is no token, `TaskDoesNotExist` for a stranger's, `TaskTimedOut` for a late one. */
function waitingTask(service: StepFunctions, input: JsonObject): WaitingTask {
  const parts = parseTaskToken(requiredText(input, 'taskToken'));
  if (parts === undefined) throw new AwsError('InvalidToken', 400, "Invalid Token: 'Invalid token'");
  if (service.engine.index.find(parts.executionArn) === undefined)
    throw new AwsError('TaskDoesNotExist', 400, "Task Does Not Exist: 'Provided task does not exist'");
  const execution = service.engine.find(parts.executionArn);
  const found = execution && findTask(execution, parts.branch, parts.attempt);
  if (execution !== undefined && found?.task.waitsForToken === true) return { execution, ...found };
  throw new AwsError('TaskTimedOut', 400, "Task Timed Out: 'Provided task does not exist anymore'");
}

export function sendTaskSuccess(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['taskToken', 'output']);
  const text = optionalText(input, 'output') ?? '';
  if (Buffer.byteLength(text) > DATA_LIMIT_BYTES)
    throw new AwsError('ValidationException', 400, `output must not exceed ${DATA_LIMIT_BYTES} bytes.`);
  let output: unknown;
  try {
    output = JSON.parse(text);
  } catch (error) {
    throw new AwsError('InvalidOutput', 400, `Invalid Output: '${(error as Error).message}'`);
  }
  const { execution, branch } = waitingTask(service, input);
  service.engine.transition(execution, () => taskSucceeded(execution, branch, output));
  return {};
}

export function sendTaskFailure(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['taskToken', 'error', 'cause']);
  const { error = 'States.TaskFailed', cause = '' } = failureReason(input);
  const { execution, branch } = waitingTask(service, input);
  service.engine.transition(execution, () => taskFailed(execution, branch, new StateError(error, cause)));
  return {};
}

export function sendTaskHeartbeat(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['taskToken']);
  const { execution, branch, task } = waitingTask(service, input);
  service.engine.transition(execution, () => heartbeat(execution, branch, task));
  return {};
}
