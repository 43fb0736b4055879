import type * as z from 'zod';
import { closest } from './closest.ts';

/** An environment that can't be used; the message is meant for whoever wrote its file. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

type Issue = z.core.$ZodIssue;

/** The schema of an object: its keys, and the description of each. */
interface Described {
  readonly shape: Readonly<Record<string, z.core.$ZodType & { readonly description?: string | undefined }>>;
}

/**
 * Says what is wrong with a file, a line for each key, and what to do about it. A key that is missing because it is
 * misspelt is told once.
 * @param value what the file holds
 */
export function explain(file: string, issues: readonly Issue[], schema: Described, value: unknown): string {
  const misspelt = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys' || issue.path.length > 0) continue;
    for (const key of issue.keys) misspelt.add(meant(key, schema, value) ?? '');
  }
  const lines = issues.flatMap((issue): string[] => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${[...path, key].join('.')}: ${unknownKey(key, path, schema, value)}`);
    if (isMissing(issue, value))
      return misspelt.has(path.join('.')) ? [] : [`${path.join('.')}: is missing; ${toAdd(path, schema)}`];
    return [`${path.join('.') || 'the file'}: ${issue.message}`];
  });
  return `${file} can't be used:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function unknownKey(key: string, path: readonly string[], schema: Described, value: unknown): string {
  if (path.length > 0) return 'there is no such key; remove it';
  const name = meant(key, schema, value);
  const known = `remove it, or write one of ${Object.keys(schema.shape).join(', ')}`;
  return `there is no such key; ${name === undefined ? known : `did you mean ${name}?`}`;
}

/** A key that the file has as well is not what the user meant. */
function meant(key: string, schema: Described, value: unknown): string | undefined {
  const absent = Object.keys(schema.shape).filter((name) => !Object.hasOwn(value as object, name));
  return closest(key, absent);
}

function isMissing({ code, path }: Issue, value: unknown): boolean {
  if (code !== 'invalid_type' && code !== 'invalid_value') return false;
  return at(value, path) === undefined;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function toAdd(path: readonly string[], schema: Described): string {
  const description = path.length === 1 ? schema.shape[path[0] ?? '']?.description : undefined;
  return description === undefined ? 'add it' : `add ${description}`;
}

/** Says on which line a text stops being JSON. */
export function explainSyntax(file: string, text: string, error: Error): string {
  const position = Number(/at position (\d+)/.exec(error.message)?.[1] ?? text.length);
  const lines = text.slice(0, position).split('\n');
  const what = error.message.replace(/ at position \d+/, '');
  return `${file} is not JSON: line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${what}`;
}
