import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import { type JsonObject, onlyParameters, optionalText, requiredText } from '../json-input.ts';
import { DATA_LIMIT_BYTES } from './asl/state-error.ts';
import type { ExecutionStatus } from './execution/execution.ts';
import { abort } from './execution/happenings.ts';
import { renderEvent } from './execution/history.ts';
import type { RecordedExecution } from './journal/execution-journal.ts';
import { pageOf } from './paging.ts';
import type { StepFunctions } from './step-functions.ts';

/** 1 to 80 characters without white space, brackets, wildcards, control and special characters. */
const NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;
const ERROR_CHARACTERS = 256;
const CAUSE_CHARACTERS = 32_768;
const STATUSES: readonly ExecutionStatus[] = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

/** Repeating a start is harmless while the execution runs; after that, or with another input, its name is taken. */
export function startExecution(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['stateMachineArn', 'name', 'input']);
  const spec = service.stateMachine(requiredText(input, 'stateMachineArn'));
  const name = optionalText(input, 'name') ?? randomUUID();
  if (!NAME.test(name)) throw new AwsError('InvalidName', 400, `Invalid Name: '${name}'`);
  const text = executionInput(input);
  const arn = `${spec.arn.replace(':stateMachine:', ':execution:')}:${name}`;
  const taken = service.engine.index.find(arn);
  if (taken !== undefined) {
    const running = service.engine.find(arn);
    if (running?.parts.header.input !== text)
      throw new AwsError('ExecutionAlreadyExists', 400, `Execution Already Exists: '${arn}'`);
    return { executionArn: arn, startDate: taken.startMs / 1000 };
  }
  const { parts } = service.engine.begin(spec, { arn, name, input: text });
  return { executionArn: arn, startDate: parts.header.startMs / 1000 };
}

function executionInput(input: JsonObject): string {
  const text = optionalText(input, 'input') ?? '{}';
  if (Buffer.byteLength(text) > DATA_LIMIT_BYTES)
    throw new AwsError('ValidationException', 400, `input must not exceed ${DATA_LIMIT_BYTES} bytes.`);
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const message = `Invalid State Machine Execution Input: '${(error as Error).message}'`;
    throw new AwsError('InvalidExecutionInput', 400, message);
  }
}

function recorded(service: StepFunctions, arn: string): RecordedExecution {
  const execution = service.engine.journal.read(service.execution(arn).arn);
  if (execution === undefined) throw new Error(`the journal of ${arn} is gone`);
  return execution;
}

export function describeExecution(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['executionArn']);
  const arn = requiredText(input, 'executionArn');
  const summary = service.execution(arn);
  const { header, outcome } = recorded(service, arn);
  return {
    executionArn: arn,
    stateMachineArn: header.machineArn,
    name: header.name,
    status: summary.status,
    startDate: header.startMs / 1000,
    input: header.input,
    inputDetails: { included: true },
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Redriving executions is not implemented by the local endpoint',
    ...(outcome === undefined ? {} : { stopDate: outcome.stopMs / 1000 }),
    ...(outcome?.output === undefined ? {} : { output: outcome.output, outputDetails: { included: true } }),
    error: outcome?.error,
    cause: outcome?.cause,
  };
}

export function listExecutions(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken']);
  const { arn, name } = service.stateMachine(requiredText(input, 'stateMachineArn'));
  const filter = optionalText(input, 'statusFilter');
  if (filter !== undefined && !STATUSES.some((status) => status === filter))
    throw new AwsError('ValidationException', 400, `statusFilter must be one of ${STATUSES.join(', ')}.`);
  const newestFirst = service.engine.index
    .all()
    .filter(({ machineArn, status }) => machineArn === arn && (filter ?? status) === status)
    .reverse();
  const page = pageOf(`ListExecutions:${name}`, input, newestFirst, 'falling', ({ sequence }) => sequence);
  return {
    executions: page.items.map((summary) => ({
      executionArn: summary.arn,
      stateMachineArn: arn,
      name: summary.name,
      status: summary.status,
      startDate: summary.startMs / 1000,
      stopDate: summary.stopMs === undefined ? undefined : summary.stopMs / 1000,
      redriveCount: 0,
    })),
    nextToken: page.nextToken,
  };
}

/** Stops an execution; for one that has ended, returns when it ended. */
export function stopExecution(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['executionArn', 'error', 'cause']);
  const summary = service.execution(requiredText(input, 'executionArn'));
  const reason = failureReason(input);
  const execution = service.engine.find(summary.arn);
  if (execution !== undefined) service.engine.transition(execution, () => abort(execution, reason));
  // One of a state machine that is no longer deployed doesn't run, and can't be stopped.
  if (summary.stopMs === undefined)
    throw new AwsError('ExecutionDoesNotExist', 400, `Execution Does Not Exist: '${summary.arn}'`);
  return { stopDate: summary.stopMs / 1000 };
}

/** `error` and `cause`, of StopExecution and SendTaskFailure. */
export function failureReason(input: JsonObject): { error?: string; cause?: string } {
  const [error, cause] = [optionalText(input, 'error'), optionalText(input, 'cause')];
  if ((error?.length ?? 0) > ERROR_CHARACTERS || (cause?.length ?? 0) > CAUSE_CHARACTERS) {
    const message = `error and cause have at most ${ERROR_CHARACTERS} and ${CAUSE_CHARACTERS} characters.`;
    throw new AwsError('ValidationException', 400, message);
  }
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

export function getExecutionHistory(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['executionArn', 'includeExecutionData', 'maxResults', 'nextToken', 'reverseOrder']);
  const arn = requiredText(input, 'executionArn');
  const { events } = recorded(service, arn);
  const order = input.reverseOrder === true ? 'falling' : 'rising';
  const ordered = order === 'falling' ? events.toReversed() : events;
  const page = pageOf(`GetExecutionHistory:${arn}`, input, ordered, order, ({ id }) => id);
  const includesData = input.includeExecutionData !== false;
  return {
    events: page.items.map((event) => renderEvent(event, includesData)),
    nextToken: page.nextToken,
  };
}
