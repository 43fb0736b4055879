import type { JsonObject } from '#aws/endpoint/json-input.ts';
import type { MapState, ParallelState } from '../asl/definition.ts';
import { readAt } from '../asl/path.ts';
import { runtimeError } from '../asl/state-error.ts';
import type { Branch } from './branch.ts';
import { contextOf, effectiveInput } from './data-flow.ts';
import type { Execution } from './execution.ts';

/** Starts the branches of Parallel or the items of Map. The result when there are none; `undefined` when it waits. */
export function startChildren(
  execution: Execution,
  parent: Branch,
  state: ParallelState | MapState,
): unknown[] | undefined {
  if (state.type === 'Map') return startItems(execution, parent, state);
  const input = effectiveInput(state, parent.input, contextOf(execution, parent));
  execution.record(parent, 'ParallelStateStarted');
  parent.pending = { kind: 'children', total: state.branches.length };
  state.branches.forEach(({ startAt }, index) => {
    execution.spawn({
      parent: parent.id,
      part: index,
      position: index,
      state: startAt,
      input,
      lastEventId: parent.lastEventId,
      ...(parent.item === undefined ? {} : { item: parent.item }),
    });
  });
  return undefined;
}

function startItems(execution: Execution, parent: Branch, state: MapState): unknown[] | undefined {
  const items = itemsOf(execution, parent, state);
  // All inputs are made now, so that one that can't be made fails the state before anything has run.
  const inputs = items.map((_, index) => itemInput(execution, parent, state, items, index));
  execution.record(parent, 'MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  if (items.length === 0) {
    execution.record(parent, 'MapStateSucceeded');
    return [];
  }
  parent.pending = { kind: 'children', total: items.length };
  const first = state.maxConcurrency === 0 ? items.length : Math.min(state.maxConcurrency, items.length);
  for (let index = 0; index < first; index++)
    startItem(execution, parent, state, { Index: index, Value: items[index] }, inputs[index]);
  return undefined;
}

function startItem(
  execution: Execution,
  parent: Branch,
  state: MapState,
  item: { readonly Index: number; readonly Value: unknown },
  input: unknown,
): void {
  const child = execution.spawn({
    parent: parent.id,
    part: 0,
    position: item.Index,
    item,
    state: state.branches[0]?.startAt ?? '',
    input,
    lastEventId: parent.lastEventId,
  });
  execution.record(child, 'MapIterationStarted', {
    mapIterationStartedEventDetails: { name: state.name, index: item.Index },
  });
}

function itemsOf(execution: Execution, parent: Branch, state: MapState): readonly unknown[] {
  const context = contextOf(execution, parent);
  const items = readAt(state.itemsPath, { input: effectiveInput(state, parent.input, context), context });
  if (Array.isArray(items)) return items as unknown[];
  throw runtimeError(`The path '${state.itemsPath.text}' of the state '${state.name}' must lead to a list.`);
}

function itemInput(
  execution: Execution,
  parent: Branch,
  state: MapState,
  items: readonly unknown[],
  index: number,
): unknown {
  if (state.itemSelector === undefined) return items[index];
  const outer = contextOf(execution, parent);
  const context: JsonObject = { ...outer, Map: { Item: { Index: index, Value: items[index] } } };
  return state.itemSelector({ input: effectiveInput(state, parent.input, outer), context });
}

/** Records that a branch or an item has its output. Returns the outputs in order, once all have theirs. */
export function childEnded(
  execution: Execution,
  parent: Branch,
  child: Branch,
  output: unknown,
): unknown[] | undefined {
  const state = execution.stateOf(parent) as ParallelState | MapState;
  child.pending = { kind: 'ended', output };
  execution.touch(child);
  if (state.type === 'Map')
    execution.record(child, 'MapIterationSucceeded', {
      mapIterationSucceededEventDetails: { name: state.name, index: child.position ?? 0 },
    });
  const total = parent.pending.kind === 'children' ? parent.pending.total : 0;
  const children = execution.children(parent);
  if (state.type === 'Map' && children.length < total) {
    const [index, items] = [children.length, itemsOf(execution, parent, state)];
    const input = itemInput(execution, parent, state, items, index);
    startItem(execution, parent, state, { Index: index, Value: items[index] }, input);
    return undefined;
  }
  if (children.some(({ pending }) => pending.kind !== 'ended')) return undefined;
  const results = children
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .map(({ pending }) => (pending.kind === 'ended' ? pending.output : null));
  parent.lastEventId = child.lastEventId;
  execution.dropChildren(parent);
  execution.record(parent, `${state.type}StateSucceeded`);
  return results;
}
