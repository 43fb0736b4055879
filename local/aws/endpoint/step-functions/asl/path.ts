import { isJsonObject, type JsonObject } from '#aws/endpoint/json-input.ts';
import { DefinitionError } from './fields.ts';
import { runtimeError, StateError } from './state-error.ts';

/** A reference path: one place in a state's input (`$`) or in the context object (`$$`). */
export interface Path {
  readonly text: string;
  readonly origin: 'input' | 'context';
  readonly steps: readonly (string | number)[];
}

/** The data that paths are read from. */
export interface Scope {
  readonly input: unknown;
  readonly context: JsonObject;
}

const STEP = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[(\d{1,9})\]|\['([^'\\]*)'\]|\["([^"\\]*)"\]/uy;

/** Throws `DefinitionError` for what selects more than one place (`..`, `*`, slices, filters). */
export function parsePath(value: unknown): Path {
  if (typeof value !== 'string' || !value.startsWith('$'))
    throw new DefinitionError(`${JSON.stringify(value)} is not a path`);
  const prefix = value.startsWith('$$') ? 2 : 1;
  const steps: (string | number)[] = [];
  STEP.lastIndex = prefix;
  while (STEP.lastIndex < value.length) {
    const match = STEP.exec(value);
    if (match === null) throw new DefinitionError(`the path ${value} is not implemented`);
    const [, name, index, single, double] = match;
    steps.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
  }
  return { text: value, origin: prefix === 2 ? 'context' : 'input', steps };
}

/** `null` stands for a path that selects nothing. */
export function parseNullablePath(value: unknown): Path | null {
  return value === null ? null : parsePath(value);
}

/** Parses the path at which a result is placed in the input. */
export function parseResultPath(value: unknown): Path | null {
  const path = parseNullablePath(value);
  if (path?.origin === 'context') throw new DefinitionError(`${path.text} is in the context object`);
  return path;
}

/** `undefined`, which JSON doesn't know, when nothing is there. */
export function findAt(path: Path, { input, context }: Scope): unknown {
  let value: unknown = path.origin === 'input' ? input : context;
  for (const step of path.steps) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}

/** Throws `States.Runtime` when nothing is there. */
export function readAt(path: Path, scope: Scope): unknown {
  const value = findAt(path, scope);
  if (value !== undefined) return value;
  throw runtimeError(`The JSONPath '${path.text}' could not be found in the input.`);
}

/** The target with the value in place; objects on the way are made. Throws `States.ResultPathMatchFailure`. */
export function writeAt(path: Path, target: unknown, value: unknown): unknown {
  return write(path, 0, target, value);
}

function write(path: Path, depth: number, target: unknown, value: unknown): unknown {
  const step = path.steps[depth];
  if (step === undefined) return value;
  if (typeof step === 'number') {
    if (!Array.isArray(target) || step >= target.length) throw unmatched(path);
    return target.with(step, write(path, depth + 1, target[step], value));
  }
  if (target !== undefined && !isJsonObject(target)) throw unmatched(path);
  const below = target !== undefined && Object.hasOwn(target, step) ? target[step] : undefined;
  return { ...target, [step]: write(path, depth + 1, below, value) };
}

function unmatched(path: Path): StateError {
  return new StateError(
    'States.ResultPathMatchFailure',
    `Unable to apply the ResultPath '${path.text}' to the input.`,
  );
}
