import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { DefinitionError } from './fields.ts';
import { findAt, type Path, parsePath, readAt, type Scope } from './path.ts';
import { runtimeError } from './state-error.ts';

/** Whether a rule of a Choice state holds. Throws `States.Runtime` when its variable is not there. */
export type Condition = (scope: Scope) => boolean;

type Test = (value: unknown, operand: unknown) => boolean;

/** RFC 3339, as Step Functions takes timestamps. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value !== 'string' || !TIMESTAMP.test(value)) return undefined;
  const instantMs = Date.parse(value);
  return Number.isNaN(instantMs) ? undefined : instantMs;
}

/** The conversion of a value for each kind of comparison; `undefined` if the value is of another kind, and so never matches. */
const KINDS: Readonly<Record<string, (value: unknown) => string | number | boolean | undefined>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  Numeric: (value) => (typeof value === 'number' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  Timestamp: parseTimestamp,
};

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  Equals: (order) => order === 0,
  LessThan: (order) => order < 0,
  LessThanEquals: (order) => order <= 0,
  GreaterThan: (order) => order > 0,
  GreaterThanEquals: (order) => order >= 0,
};

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => parseTimestamp(value) !== undefined,
};

function comparison(kind: string, order: string): Test {
  const seen = KINDS[kind] as NonNullable<(typeof KINDS)[string]>;
  const holds = ORDERS[order] as NonNullable<(typeof ORDERS)[string]>;
  return (value, operand) => {
    const [left, right] = [seen(value), seen(operand)];
    if (left === undefined || right === undefined) return false;
    return holds(left < right ? -1 : left > right ? 1 : 0);
  };
}

/** `*` stands for any text; `\*` and `\\` for themselves. */
function matches(value: unknown, pattern: unknown): boolean {
  if (typeof value !== 'string' || typeof pattern !== 'string') return false;
  const source = pattern.replace(/\\([*\\])|\*|[^*\\]+|\\/g, (part, escaped: string | undefined) =>
    part === '*' ? '.*' : (escaped ?? part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${source}$`, 's').test(value);
}

/** Parses a rule without its `Next`. Throws `DefinitionError`. */
export function parseCondition(rule: JsonObject): Condition {
  const { Variable: variable, Next: _next, Comment: _comment, ...operators } = rule;
  const [[name, operand] = ['', undefined], ...others] = Object.entries(operators);
  if (name === '' || others.length > 0)
    throw new DefinitionError(`a rule has exactly one operator, not ${Object.keys(operators).join(', ')}`);
  if (name === 'And' || name === 'Or') return combined(name, operand);
  if (name === 'Not') return negated(operand);
  return tested(parsePath(variable), name, operand);
}

function combined(name: 'And' | 'Or', operand: unknown): Condition {
  if (!Array.isArray(operand) || operand.length === 0 || !operand.every(isJsonObject))
    throw new DefinitionError(`${name} takes a list of rules`);
  const conditions = operand.map(parseCondition);
  return name === 'And'
    ? (scope) => conditions.every((condition) => condition(scope))
    : (scope) => conditions.some((condition) => condition(scope));
}

function negated(operand: unknown): Condition {
  if (!isJsonObject(operand)) throw new DefinitionError('Not takes a rule');
  const condition = parseCondition(operand);
  return (scope) => !condition(scope);
}

function tested(variable: Path, name: string, operand: unknown): Condition {
  if (name === 'IsPresent' || Object.hasOwn(TYPES, name)) {
    if (typeof operand !== 'boolean') throw new DefinitionError(`${name} takes true or false`);
    if (name === 'IsPresent') return (scope) => (findAt(variable, scope) !== undefined) === operand;
    return (scope) => TYPES[name]?.(variableOf(variable, scope)) === operand;
  }
  const [, operator = name, isPath] = /^(.*?)(Path)?$/.exec(name) ?? [];
  const test = testOf(operator, operand);
  if (isPath === undefined) return (scope) => test(variableOf(variable, scope), operand);
  const operandPath = parsePath(operand);
  return (scope) => test(variableOf(variable, scope), readAt(operandPath, scope));
}

function testOf(operator: string, operand: unknown): Test {
  if (operator === 'StringMatches') {
    if (typeof operand !== 'string') throw new DefinitionError('StringMatches takes text');
    return matches;
  }
  const [, kind, order = ''] = /^(String|Numeric|Boolean|Timestamp)(\w+)$/.exec(operator) ?? [];
  if (kind === undefined || !Object.hasOwn(ORDERS, order) || (kind === 'Boolean' && order !== 'Equals'))
    throw new DefinitionError(`the operator ${operator} is not implemented`);
  return comparison(kind, order);
}

function variableOf(path: Path, scope: Scope): unknown {
  const value = findAt(path, scope);
  if (value !== undefined) return value;
  throw runtimeError(
    `Invalid path '${path.text}': The choice state's condition path references an invalid value.`,
  );
}
