import { randomUUID } from 'node:crypto';
import { DefinitionError } from './fields.ts';
import { type Path, parsePath, readAt, type Scope } from './path.ts';
import { StateError } from './state-error.ts';

/** The value of a field whose name ends in `.$`. */
export type Expression =
  | { readonly kind: 'path'; readonly path: Path }
  /** `raw` of text keeps its escapes, which `States.Format` reads itself. */
  | { readonly kind: 'literal'; readonly value: unknown; readonly raw?: string }
  | { readonly kind: 'call'; readonly name: IntrinsicName; readonly args: readonly Expression[] };

function failure(cause: string): StateError {
  return new StateError('States.IntrinsicFailure', cause);
}

function format(template: unknown, ...values: readonly unknown[]): string {
  if (typeof template !== 'string') throw failure('States.Format takes a template as its first argument.');
  let used = 0;
  const text = template.replace(/\\(.)|\{\}/gs, (_, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    const value = values[used++];
    if (value === undefined || (typeof value === 'object' && value !== null))
      throw failure(`States.Format has no plain value for placeholder ${used}.`);
    return String(value);
  });
  if (used !== values.length)
    throw failure(`States.Format has ${used} placeholders for ${values.length} values.`);
  return text;
}

function stringToJson(text: unknown): unknown {
  try {
    if (typeof text === 'string') return JSON.parse(text) as unknown;
  } catch {
    // Answered below, together with what is no text.
  }
  throw failure('States.StringToJson takes JSON text.');
}

function mathAdd(left: unknown, right: unknown): number {
  const sum = Number.isInteger(left) && Number.isInteger(right) ? Number(left) + Number(right) : Number.NaN;
  if (Number.isSafeInteger(sum)) return sum;
  throw failure('States.MathAdd takes two whole numbers.');
}

/** Arguments that each takes, at least and at most. */
const INTRINSICS = {
  'States.Format': { min: 1, max: Number.POSITIVE_INFINITY, run: format },
  'States.JsonToString': { min: 1, max: 1, run: (value: unknown) => JSON.stringify(value) },
  'States.StringToJson': { min: 1, max: 1, run: stringToJson },
  'States.UUID': { min: 0, max: 0, run: () => randomUUID() },
  'States.MathAdd': { min: 2, max: 2, run: mathAdd },
} as const;

type IntrinsicName = keyof typeof INTRINSICS;

/** Parses a path or a call of an intrinsic. Throws `DefinitionError`. */
export function parseExpression(value: unknown): Expression {
  if (typeof value !== 'string') throw new DefinitionError(`${JSON.stringify(value)} must be text`);
  if (value.startsWith('$')) return { kind: 'path', path: parsePath(value) };
  const [expression, end] = parseCall(value, 0);
  if (value.slice(end).trim() !== '')
    throw new DefinitionError(`${value}: nothing may follow ${value.slice(0, end)}`);
  return expression;
}

type Parsed = readonly [expression: Expression, end: number];

function parseCall(text: string, start: number): Parsed {
  const [head = '', name = ''] = /^\s*([\w.]+)\s*\(/.exec(text.slice(start)) ?? [];
  if (head === '') throw new DefinitionError(`${text} is neither a path nor an intrinsic`);
  if (!Object.hasOwn(INTRINSICS, name)) throw new DefinitionError(`the intrinsic ${name} is not implemented`);
  const args: Expression[] = [];
  let position = skipSpace(text, start + head.length);
  while (text[position] !== ')') {
    if (args.length > 0) {
      if (text[position] !== ',') throw new DefinitionError(`${text}: ',' or ')' is missing`);
      position++;
    }
    const [argument, end] = parseArgument(text, skipSpace(text, position));
    args.push(argument);
    position = skipSpace(text, end);
  }
  const { min, max } = INTRINSICS[name as IntrinsicName];
  if (args.length < min || args.length > max)
    throw new DefinitionError(`${name} doesn't take ${args.length} arguments`);
  return [{ kind: 'call', name: name as IntrinsicName, args }, position + 1];
}

function skipSpace(text: string, start: number): number {
  let position = start;
  while (text[position] === ' ') position++;
  return position;
}

function parseArgument(text: string, start: number): Parsed {
  const rest = text.slice(start);
  const quoted = /^'((?:[^'\\]|\\.)*)'/s.exec(rest);
  if (quoted !== null) {
    const [whole, raw = ''] = quoted;
    return [{ kind: 'literal', value: raw.replace(/\\(.)/gs, '$1'), raw }, start + whole.length];
  }
  const plain = /^(?:-?\d+(?:\.\d+)?|true|false|null)(?=[\s,)])/.exec(rest);
  if (plain !== null) return [{ kind: 'literal', value: JSON.parse(plain[0]) }, start + plain[0].length];
  const path = /^\$[^\s,()]*/.exec(rest);
  if (path !== null) return [{ kind: 'path', path: parsePath(path[0]) }, start + path[0].length];
  return parseCall(text, start);
}

/** Throws `States.IntrinsicFailure`, or `States.Runtime` for a path that leads nowhere. */
export function evaluate(expression: Expression, scope: Scope): unknown {
  if (expression.kind === 'path') return readAt(expression.path, scope);
  if (expression.kind === 'literal') return expression.value;
  const args = expression.args.map((argument, index) =>
    expression.name === 'States.Format' && index === 0 && argument.kind === 'literal'
      ? (argument.raw ?? argument.value)
      : evaluate(argument, scope),
  );
  const run = INTRINSICS[expression.name].run as (...args: readonly unknown[]) => unknown;
  return run(...args);
}
