import { parseTimestamp } from '../asl/choice-rule.ts';
import type { ChoiceState, FailState, PassState, WaitState } from '../asl/definition.ts';
import { readAt, type Scope } from '../asl/path.ts';
import { secondsOf } from '../asl/seconds.ts';
import { runtimeError, StateError } from '../asl/state-error.ts';
import type { Branch } from './branch.ts';
import { contextOf, effectiveInput, outputOf, passedThrough } from './data-flow.ts';
import type { Execution } from './execution.ts';
import { startChildren } from './fan-out.ts';
import { startTask } from './task.ts';

export interface Done {
  readonly output: unknown;
  readonly next: string | undefined;
}

/** Runs the current state: what comes out of it, or `undefined` when the branch waits. Throws `StateError`. */
export function runState(execution: Execution, branch: Branch): Done | undefined {
  const state = execution.stateOf(branch);
  const { input } = branch;
  const context = contextOf(execution, branch);
  switch (state.type) {
    case 'Pass':
      return {
        output: passOutput(state, branch, effectiveInput(state, input, context), execution),
        next: state.next,
      };
    case 'Succeed':
      return { output: passedThrough(state, input, context), next: undefined };
    case 'Choice':
      return choose(state, passedScope(state, input, context), passedThrough(state, input, context));
    case 'Fail':
      throw failureOf(state, { input, context });
    case 'Wait': {
      // Made before the wait, so that an output that can't be made doesn't wait to fail.
      const output = passedThrough(state, input, context);
      const dueMs = dueAt(state, passedScope(state, input, context), execution.parts.now());
      if (dueMs <= execution.parts.now()) return { output, next: state.next };
      branch.pending = { kind: 'wait', dueMs };
      execution.touch(branch);
      return undefined;
    }
    case 'Task':
      startTask(execution, branch, state);
      return undefined;
    case 'Parallel':
    case 'Map': {
      const result = startChildren(execution, branch, state);
      if (result === undefined) return undefined;
      return { output: outputOf(state, input, result, context), next: state.next };
    }
  }
}

/** A Wait state whose time has come. */
export function waitOver(execution: Execution, branch: Branch): Done {
  const state = execution.stateOf(branch) as WaitState;
  return { output: passedThrough(state, branch.input, contextOf(execution, branch)), next: state.next };
}

function passedScope(state: ChoiceState | WaitState, input: unknown, context: Scope['context']): Scope {
  return { input: effectiveInput(state, input, context), context };
}

function passOutput(state: PassState, branch: Branch, input: unknown, execution: Execution): unknown {
  const result = state.result === undefined ? input : state.result;
  return outputOf(state, branch.input, result, contextOf(execution, branch));
}

function choose(state: ChoiceState, scope: Scope, output: unknown): Done {
  const next = state.rules.find(({ condition }) => condition(scope))?.next ?? state.fallback;
  if (next !== undefined) return { output, next };
  throw new StateError(
    'States.NoChoiceMatched',
    `No rule of the state '${state.name}' matched, and it has no default.`,
  );
}

function failureOf({ error, cause }: FailState, scope: Scope): StateError {
  const textOf = (part: FailState['error']): string => {
    if ('text' in part) return part.text;
    const value = readAt(part.path, scope);
    if (typeof value === 'string') return value;
    throw runtimeError(`The value at '${part.path.text}' must be text.`);
  };
  return new StateError(textOf(error), textOf(cause));
}

function dueAt({ until }: WaitState, scope: Scope, nowMs: number): number {
  if ('instantMs' in until) return until.instantMs;
  if (!('instantPath' in until)) return nowMs + secondsOf(until, scope, 0) * 1000;
  const instantMs = parseTimestamp(readAt(until.instantPath, scope));
  if (instantMs !== undefined) return instantMs;
  throw runtimeError(`The value at '${until.instantPath.text}' must be a timestamp in RFC 3339.`);
}
