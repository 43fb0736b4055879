import { writeAt } from '../asl/path.ts';
import { handles, retryDelayMs } from '../asl/retry.ts';
import { checkDataLimit, runtimeError, StateError } from '../asl/state-error.ts';
import type { Branch } from './branch.ts';
import { contextOf, outputOf } from './data-flow.ts';
import type { Execution } from './execution.ts';
import { childEnded } from './fan-out.ts';
import { errorDetails, HISTORY_LIMIT, inputDetails, outputDetails } from './history.ts';
import { runState } from './run-state.ts';

/** Enters the first state. */
export function begin(execution: Execution): void {
  const { header, machine, roleArn } = execution.parts;
  const input: unknown = JSON.parse(header.input);
  const root = execution.spawn({ state: machine.startAt, input, lastEventId: 0 });
  execution.record(root, 'ExecutionStarted', {
    executionStartedEventDetails: { ...inputDetails(input), roleArn },
  });
  drive(execution);
}

/** Runs what can run, until every branch waits for something or the execution is over. */
export function drive(execution: Execution): void {
  for (let branch = execution.ready.shift(); branch !== undefined; branch = execution.ready.shift()) {
    // A sibling's failure may have ended it meanwhile.
    if (execution.branches.get(branch.id) !== branch || branch.pending.kind !== 'ready') continue;
    if (execution.eventCount >= HISTORY_LIMIT) {
      const cause = `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`;
      closeWith(execution, branch, runtimeError(cause));
      return;
    }
    if (!branch.pending.isRetry) enter(execution, branch);
    attempt(execution, branch, () => {
      const done = runState(execution, branch);
      if (done !== undefined) leave(execution, branch, done.output, done.next);
    });
  }
}

function enter(execution: Execution, branch: Branch): void {
  const { type, name } = execution.stateOf(branch);
  branch.enteredMs = execution.parts.now();
  execution.record(branch, `${type}StateEntered`, {
    stateEnteredEventDetails: { name, ...inputDetails(branch.input) },
  });
}

/** Errors of a state's data are the state's failure. */
function attempt(execution: Execution, branch: Branch, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    fail(execution, branch, error);
  }
}

/** Records the state's result. */
export function complete(execution: Execution, branch: Branch, result: unknown): void {
  attempt(execution, branch, () => {
    const state = execution.stateOf(branch);
    checkDataLimit(result, `The result of the state '${state.name}'`);
    if (!('resultPath' in state))
      throw new Error(`${execution.arn}: the state ${state.name} takes no result`);
    leave(execution, branch, outputOf(state, branch.input, result, contextOf(execution, branch)), state.next);
  });
}

/** `next` of `undefined` ends the branch. */
export function leave(execution: Execution, branch: Branch, output: unknown, next: string | undefined): void {
  const { type, name } = execution.stateOf(branch);
  execution.record(branch, `${type}StateExited`, {
    stateExitedEventDetails: { name, ...outputDetails(output) },
  });
  if (next !== undefined) {
    goTo(execution, branch, next, output);
    return;
  }
  if (branch.parent === undefined) {
    execution.record(branch, 'ExecutionSucceeded', { executionSucceededEventDetails: outputDetails(output) });
    execution.close({ status: 'SUCCEEDED', output: JSON.stringify(output) });
    return;
  }
  const parent = execution.branches.get(branch.parent) as Branch;
  const results = childEnded(execution, parent, branch, output);
  if (results !== undefined) complete(execution, parent, results);
}

function goTo(execution: Execution, branch: Branch, next: string, input: unknown): void {
  branch.state = next;
  branch.input = input;
  branch.retries = [];
  branch.pending = { kind: 'ready', isRetry: false };
  execution.touch(branch);
  execution.ready.push(branch);
}

/** The state failed: its retriers are asked, then its catchers, then the failure is the branch's. */
export function fail(execution: Execution, branch: Branch, error: StateError): void {
  const state = execution.stateOf(branch);
  execution.dropChildren(branch);
  if ('retriers' in state) {
    const index = state.retriers.findIndex(({ errors }) => handles(errors, error));
    const retrier = state.retriers[index];
    const retries = branch.retries[index] ?? 0;
    if (retrier !== undefined && retries < retrier.maxAttempts) {
      // The array has no holes, because JSON has none.
      branch.retries = state.retriers.map((_, at) => (branch.retries[at] ?? 0) + (at === index ? 1 : 0));
      const delayMs = retryDelayMs(retrier, retries, execution.parts.random);
      branch.pending = { kind: 'retry', dueMs: execution.parts.now() + delayMs };
      execution.touch(branch);
      return;
    }
    const catcher = state.catchers.find(({ errors }) => handles(errors, error));
    if (catcher !== undefined) {
      const { resultPath, next } = catcher;
      attemptCatch(execution, branch, error, () => {
        const caught = { Error: error.error, Cause: error.cause };
        leave(
          execution,
          branch,
          resultPath === null ? branch.input : writeAt(resultPath, branch.input, caught),
          next,
        );
      });
      return;
    }
  }
  failBranch(execution, branch, error);
}

/** A catcher whose `ResultPath` doesn't fit the input doesn't catch itself. */
function attemptCatch(execution: Execution, branch: Branch, error: StateError, work: () => void): void {
  try {
    work();
  } catch (failure) {
    if (!(failure instanceof StateError)) throw failure;
    failBranch(
      execution,
      branch,
      new StateError(failure.error, `${failure.cause} It was to catch ${error.message}`),
    );
  }
}

function failBranch(execution: Execution, branch: Branch, error: StateError): void {
  if (branch.parent === undefined) {
    closeWith(execution, branch, error);
    return;
  }
  const parent = execution.branches.get(branch.parent) as Branch;
  const { type, name } = execution.stateOf(parent);
  if (type === 'Map')
    execution.record(branch, 'MapIterationFailed', {
      mapIterationFailedEventDetails: { name, index: branch.position ?? 0 },
    });
  parent.lastEventId = branch.lastEventId;
  execution.record(parent, `${type}StateFailed`);
  fail(execution, parent, error);
}

function closeWith(execution: Execution, branch: Branch, error: StateError): void {
  execution.record(branch, 'ExecutionFailed', { executionFailedEventDetails: errorDetails(error) });
  execution.close({ status: 'FAILED', ...errorDetails(error) });
}
