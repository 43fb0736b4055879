import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';
import { compileState } from './compile-state.ts';
import type { Machine, State } from './definition.ts';
import { Fields, MAX_SECONDS, refuseJsonata } from './fields.ts';

const MACHINE_FIELDS = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version'];
const MAX_STATE_NAME = 80;

/** Checks a definition in the Amazon States Language. Throws `StartError` naming the state that can't run here. */
export function compileDefinition(text: string, where: string): Machine {
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    throw new StartError(`${where}: the definition is not JSON (${(error as Error).message})`);
  }
  const fields = new Fields(where, definition, MACHINE_FIELDS);
  refuseJsonata(fields);
  if ((fields.optionalText('Version') ?? '1.0') !== '1.0') fields.fail('Version must be 1.0');
  return compileMachine(fields, fields.integer('TimeoutSeconds', 1, MAX_SECONDS));
}

/** `fields` has `StartAt` and `States`: a whole definition or a part of Parallel or Map. */
function compileMachine(fields: Fields, timeoutSeconds?: number): Machine {
  const { where, values } = fields;
  if (!isJsonObject(values.States) || Object.keys(values.States).length === 0)
    fields.fail('States must be an object that is not empty');
  const states = new Map<string, State>();
  for (const [name, value] of Object.entries(values.States as JsonObject)) {
    if (name.length > MAX_STATE_NAME)
      fields.fail(`the name of state ${name} is longer than ${MAX_STATE_NAME}`);
    states.set(name, compileState(name, value, where, compileMachine));
  }
  const startAt = fields.text('StartAt');
  if (!states.has(startAt)) fields.fail(`StartAt names ${startAt}, which is no state`);
  for (const state of states.values()) {
    const missing = targetsOf(state).find((target) => !states.has(target));
    if (missing !== undefined)
      fields.fail(`state ${state.name} goes on to ${missing}, which is no state here`);
  }
  checkReachable(fields, startAt, states);
  return { startAt, states, timeoutSeconds };
}

function targetsOf(state: State): string[] {
  const targets: (string | undefined)[] = [];
  if ('next' in state) targets.push(state.next);
  if ('catchers' in state) targets.push(...state.catchers.map(({ next }) => next));
  if (state.type === 'Choice') targets.push(state.fallback, ...state.rules.map(({ next }) => next));
  return targets.filter((target) => target !== undefined);
}

/** Step Functions refuses a state that nothing leads to; it is most likely a typing error in a `Next`. */
function checkReachable(fields: Fields, startAt: string, states: ReadonlyMap<string, State>): void {
  const reached = new Set([startAt]);
  for (const name of reached) for (const target of targetsOf(states.get(name) as State)) reached.add(target);
  const lost = [...states.keys()].find((name) => !reached.has(name));
  if (lost !== undefined) fields.fail(`nothing leads to state ${lost}`);
}

/** Functions that a definition names outright, by name or ARN. */
export function functionsOf(machine: Machine): string[] {
  return [...machine.states.values()].flatMap((state) => {
    if (state.type === 'Parallel' || state.type === 'Map') return state.branches.flatMap(functionsOf);
    if (state.type !== 'Task') return [];
    const { resource } = state;
    const name = resource.kind === 'function' ? resource.functionArn : resource.functionName;
    return name === undefined ? [] : [name];
  });
}
