import { isJsonObject } from '#aws/endpoint/json-input.ts';
import { DefinitionError } from './fields.ts';
import { evaluate, parseExpression } from './intrinsic.ts';
import type { Scope } from './path.ts';

/** Makes a value; fields whose name ends in `.$` come from the scope. */
export type PayloadTemplate = (scope: Scope) => unknown;

/** Parses `Parameters`, `ResultSelector` or `ItemSelector`. Throws `DefinitionError`. */
export function parsePayloadTemplate(value: unknown): PayloadTemplate {
  if (Array.isArray(value)) {
    const items = value.map(parsePayloadTemplate);
    return (scope) => items.map((item) => item(scope));
  }
  if (!isJsonObject(value)) return () => value;
  const entries = Object.entries(value).map(([name, inner]) => parseField(name, inner));
  const names = new Set(entries.map(([name]) => name));
  if (names.size < entries.length) throw new DefinitionError('a field is given twice, with and without .$');
  return (scope) => Object.fromEntries(entries.map(([name, make]) => [name, make(scope)]));
}

function parseField(name: string, value: unknown): readonly [string, PayloadTemplate] {
  if (!name.endsWith('.$')) return [name, parsePayloadTemplate(value)];
  const expression = parseExpression(value);
  return [name.slice(0, -2), (scope) => evaluate(expression, scope)];
}
