import { AwsError } from '../aws-error.ts';
import { type JsonObject, onlyParameters, requiredText } from '../json-input.ts';
import {
  describeExecution,
  getExecutionHistory,
  listExecutions,
  startExecution,
  stopExecution,
} from './execution-operations.ts';
import { pageOf } from './paging.ts';
import type { StepFunctions } from './step-functions.ts';
import { sendTaskFailure, sendTaskHeartbeat, sendTaskSuccess } from './task-operations.ts';

type Operation = (service: StepFunctions, input: JsonObject) => JsonObject;

function listStateMachines(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['maxResults', 'nextToken']);
  const numbered = service.stateMachines.map((spec, index) => ({ spec, index }));
  const page = pageOf('ListStateMachines', input, numbered, 'rising', ({ index }) => index);
  return {
    stateMachines: page.items.map(({ spec: { arn, name } }) => ({
      stateMachineArn: arn,
      name,
      type: 'STANDARD',
      creationDate: service.sinceMs / 1000,
    })),
    nextToken: page.nextToken,
  };
}

function describeStateMachine(service: StepFunctions, input: JsonObject): JsonObject {
  onlyParameters(input, ['stateMachineArn']);
  const { arn, name, roleArn, definition } = service.stateMachine(requiredText(input, 'stateMachineArn'));
  return {
    stateMachineArn: arn,
    name,
    status: 'ACTIVE',
    definition,
    roleArn,
    type: 'STANDARD',
    creationDate: service.sinceMs / 1000,
  };
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  StartExecution: startExecution,
  DescribeExecution: describeExecution,
  ListExecutions: listExecutions,
  StopExecution: stopExecution,
  GetExecutionHistory: getExecutionHistory,
  SendTaskSuccess: sendTaskSuccess,
  SendTaskFailure: sendTaskFailure,
  SendTaskHeartbeat: sendTaskHeartbeat,
  ListStateMachines: listStateMachines,
  DescribeStateMachine: describeStateMachine,
};

/**
 * Other services have separate codes for a parameter that is missing, wrong or not implemented; Step Functions calls
 * all of them invalid.
 */
const VALIDATION_CODES = ['InvalidParameterValue', 'MissingParameter', 'UnsupportedOperation'];

/** An operation of the JSON protocol; `undefined` when it isn't implemented. */
export function stepFunctionsOperation(name: string): Operation | undefined {
  const run = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (run === undefined) return undefined;
  return (service, input) => {
    try {
      return run(service, input);
    } catch (error) {
      if (!(error instanceof AwsError) || !VALIDATION_CODES.includes(error.code)) throw error;
      throw new AwsError('ValidationException', 400, error.message);
    }
  };
}
