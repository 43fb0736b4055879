import type { JsonObject } from '#aws/endpoint/json-input.ts';
import type { ResultState, State } from '../asl/definition.ts';
import { type Path, readAt, type Scope, writeAt } from '../asl/path.ts';
import { checkDataLimit } from '../asl/state-error.ts';
import type { Branch } from './branch.ts';
import type { Execution } from './execution.ts';
import { formatTaskToken } from './task-token.ts';

/** `$$`. The token is of a task that waits for one. */
export function contextOf(execution: Execution, branch: Branch, attempt?: string): JsonObject {
  const { header, machineName, roleArn } = execution.parts;
  return {
    Execution: {
      Id: header.arn,
      // The input is parsed only when it is read.
      get Input(): unknown {
        return JSON.parse(header.input);
      },
      Name: header.name,
      RoleArn: roleArn,
      StartTime: new Date(header.startMs).toISOString(),
      RedriveCount: 0,
    },
    State: {
      EnteredTime: new Date(branch.enteredMs).toISOString(),
      Name: branch.state,
      RetryCount: branch.retries.reduce((total, count) => total + (count ?? 0), 0),
    },
    StateMachine: { Id: header.machineArn, Name: machineName },
    ...(branch.item === undefined ? {} : { Map: { Item: branch.item } }),
    ...(attempt === undefined
      ? {}
      : { Task: { Token: formatTaskToken({ executionArn: header.arn, branch: branch.id, attempt }) } }),
  };
}

/** A path that may be `null`, which selects an empty object. */
function select(path: Path | null, scope: Scope): unknown {
  return path === null ? {} : readAt(path, scope);
}

/** The raw input through `InputPath` and `Parameters`. */
export function effectiveInput(state: State, input: unknown, context: JsonObject): unknown {
  const selected = select(state.inputPath, { input, context });
  const parameters = 'parameters' in state ? state.parameters : undefined;
  return parameters === undefined ? selected : parameters({ input: selected, context });
}

/** The result through `ResultSelector`, into the raw input by `ResultPath`, and out by `OutputPath`. */
export function outputOf(state: ResultState, input: unknown, result: unknown, context: JsonObject): unknown {
  const selected =
    state.resultSelector === undefined ? result : state.resultSelector({ input: result, context });
  const combined = state.resultPath === null ? input : writeAt(state.resultPath, input, selected);
  const output = select(state.outputPath, { input: combined, context });
  checkDataLimit(output, `The output of the state '${state.name}'`);
  return output;
}

/** Returns the output of a state without a result: what `InputPath` and `OutputPath` leave of the input. */
export function passedThrough(
  state: Extract<State, { outputPath: Path | null }>,
  input: unknown,
  context: JsonObject,
): unknown {
  const selected = select(state.inputPath, { input, context });
  return select(state.outputPath, { input: selected, context });
}
