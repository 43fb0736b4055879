import { isJsonObject } from '#aws/endpoint/json-input.ts';
import { StartError } from '#aws/start-error.ts';
import { parseCondition, parseTimestamp } from './choice-rule.ts';
import { compileTask } from './compile-task.ts';
import type {
  ChoiceState,
  FailState,
  Machine,
  MapState,
  ParallelState,
  PassState,
  State,
  WaitState,
} from './definition.ts';
import { DefinitionError, Fields, MAX_SECONDS, refuseJsonata } from './fields.ts';
import { parseNullablePath, parsePath, parseResultPath } from './path.ts';
import { parsePayloadTemplate } from './payload-template.ts';
import { compileCatchers, compileRetriers } from './retry.ts';

const COMMON = ['Comment', 'InputPath', 'QueryLanguage', 'Type'];
const OUTPUT = [...COMMON, 'OutputPath'];
const NEXT = [...OUTPUT, 'End', 'Next'];
const RESULT = [...NEXT, 'Parameters', 'ResultPath'];
const HANDLERS = [...RESULT, 'ResultSelector', 'Retry', 'Catch'];

/** Fields by type: what isn't listed is refused. */
const FIELDS: Readonly<Record<State['type'], readonly string[]>> = {
  Pass: [...RESULT, 'Result'],
  Task: [
    ...HANDLERS,
    ...['HeartbeatSeconds', 'HeartbeatSecondsPath', 'Resource', 'TimeoutSeconds', 'TimeoutSecondsPath'],
  ],
  Choice: [...OUTPUT, 'Choices', 'Default'],
  Wait: [...NEXT, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Succeed: OUTPUT,
  Fail: ['Cause', 'CausePath', 'Comment', 'Error', 'ErrorPath', 'QueryLanguage', 'Type'],
  Parallel: [...HANDLERS, 'Branches'],
  Map: [...HANDLERS, 'ItemProcessor', 'ItemSelector', 'ItemsPath', 'Iterator', 'MaxConcurrency'],
};

type CompileMachine = (fields: Fields) => Machine;

/** `compileMachine` compiles what Parallel and Map hold. */
export function compileState(
  name: string,
  value: unknown,
  machine: string,
  compileMachine: CompileMachine,
): State {
  const where = `${machine}, state ${name}`;
  const type = isJsonObject(value) ? String(value.Type) : '';
  if (!Object.hasOwn(FIELDS, type)) throw new StartError(`${where}: the type ${type} is not implemented`);
  const fields = new Fields(where, value, FIELDS[type as State['type']]);
  refuseJsonata(fields);
  switch (type as State['type']) {
    case 'Pass':
      return { type: 'Pass', ...resultPart(name, fields), result: fields.values.Result } satisfies PassState;
    case 'Task':
      return { type: 'Task', ...resultPart(name, fields), ...handlersPart(fields), ...compileTask(fields) };
    case 'Choice':
      return compileChoice(name, fields);
    case 'Wait':
      return { type: 'Wait', ...nextPart(name, fields), until: waitPart(fields) };
    case 'Succeed':
      return { type: 'Succeed', ...outputPart(name, fields) };
    case 'Fail':
      return compileFail(name, fields);
    case 'Parallel':
      return compileParallel(name, fields, compileMachine);
    case 'Map':
      return compileMap(name, fields, compileMachine);
  }
}

function outputPart(name: string, fields: Fields) {
  const root = parsePath('$');
  const path = (field: string) => fields.parsed(field, parseNullablePath);
  const [inputPath, outputPath] = [path('InputPath'), path('OutputPath')];
  return {
    name,
    inputPath: inputPath === undefined ? root : inputPath,
    outputPath: outputPath === undefined ? root : outputPath,
  };
}

function nextPart(name: string, fields: Fields) {
  const next = fields.optionalText('Next');
  if ((next === undefined) !== (fields.values.End === true)) fields.fail('has either Next or "End": true');
  return { ...outputPart(name, fields), next };
}

function resultPart(name: string, fields: Fields) {
  const resultPath = fields.parsed('ResultPath', parseResultPath);
  return {
    ...nextPart(name, fields),
    parameters: fields.parsed('Parameters', parsePayloadTemplate),
    resultSelector: fields.parsed('ResultSelector', parsePayloadTemplate),
    resultPath: resultPath === undefined ? parsePath('$') : resultPath,
  };
}

function handlersPart(fields: Fields) {
  return { retriers: compileRetriers(fields), catchers: compileCatchers(fields) };
}

function compileChoice(name: string, fields: Fields): ChoiceState {
  const rules = fields.list('Choices').map((rule, index) => {
    const where = `${fields.where}, Choices[${index}]`;
    if (!isJsonObject(rule) || typeof rule.Next !== 'string') throw new StartError(`${where}: has no Next`);
    try {
      return { condition: parseCondition(rule), next: rule.Next };
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      throw new StartError(`${where}: ${error.message}`);
    }
  });
  if (rules.length === 0) fields.fail('Choices is empty');
  return { type: 'Choice', ...outputPart(name, fields), rules, fallback: fields.optionalText('Default') };
}

function waitPart(fields: Fields): WaitState['until'] {
  const given = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'].filter((field) => fields.has(field));
  if (given.length !== 1) fields.fail('has one of Seconds, SecondsPath, Timestamp and TimestampPath');
  const seconds = fields.integer('Seconds', 0, MAX_SECONDS);
  if (seconds !== undefined) return { seconds };
  const path = fields.parsed('SecondsPath', parsePath);
  if (path !== undefined) return { path };
  const instantPath = fields.parsed('TimestampPath', parsePath);
  if (instantPath !== undefined) return { instantPath };
  const instantMs = parseTimestamp(fields.values.Timestamp);
  return instantMs === undefined ? fields.fail('Timestamp must be RFC 3339') : { instantMs };
}

function compileFail(name: string, fields: Fields): FailState {
  const part = (field: 'Error' | 'Cause'): FailState['error'] => {
    const path = fields.parsed(`${field}Path`, parsePath);
    const text = fields.optionalText(field);
    if (path !== undefined && text !== undefined) fields.fail(`has ${field} or ${field}Path, not both`);
    return path === undefined ? { text: text ?? '' } : { path };
  };
  return { type: 'Fail', name, inputPath: parsePath('$'), error: part('Error'), cause: part('Cause') };
}

function compileParallel(name: string, fields: Fields, compileMachine: CompileMachine): ParallelState {
  const branches = fields.list('Branches').map((value, index) => {
    const where = `${fields.where}, Branches[${index}]`;
    return compileMachine(new Fields(where, value, ['Comment', 'StartAt', 'States']));
  });
  if (branches.length === 0) fields.fail('Branches is empty');
  return { type: 'Parallel', ...resultPart(name, fields), ...handlersPart(fields), branches };
}

/** Inline maps only, under their present names and those before 2022 (`Iterator`, `Parameters`). */
function compileMap(name: string, fields: Fields, compileMachine: CompileMachine): MapState {
  const former = fields.has('Iterator');
  const processor = new Fields(
    `${fields.where}, ${former ? 'Iterator' : 'ItemProcessor'}`,
    fields.values[former ? 'Iterator' : 'ItemProcessor'],
    ['Comment', 'ProcessorConfig', 'StartAt', 'States'],
  );
  const config = processor.values.ProcessorConfig ?? { Mode: 'INLINE' };
  if (!isJsonObject(config) || config.Mode !== 'INLINE')
    processor.fail('only the mode INLINE is implemented');
  const { parameters, ...result } = resultPart(name, fields);
  const itemSelector = fields.parsed('ItemSelector', parsePayloadTemplate) ?? parameters;
  return {
    type: 'Map',
    ...result,
    parameters: undefined,
    ...handlersPart(fields),
    itemsPath: fields.parsed('ItemsPath', parsePath) ?? parsePath('$'),
    itemSelector,
    maxConcurrency: fields.integer('MaxConcurrency', 0, MAX_SECONDS) ?? 0,
    branches: [compileMachine(processor)],
  };
}
