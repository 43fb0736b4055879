import { parse } from 'lossless-json';
import { DomainError } from './domain-error.ts';

/** A JSON number as it was written. Schemas read its digits; nothing passes through a float. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

const MAX_DEPTH = 64;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Reads a JSON object or array exactly: numbers as {@link JsonNumber}, duplicate keys, depth over 64 and lone surrogates refused.
 * @throws DomainError `malformed-request`
 */
export function parseJson(text: string): unknown {
  refuseDeepAndDuplicate(text);
  let value: unknown;
  try {
    value = parse(text, undefined, {
      parseNumber: (source) => new JsonNumber(source),
    });
  } catch (error) {
    throw malformed(`The body is not valid JSON: ${(error as Error).message}`);
  }
  if (value === null || typeof value !== 'object' || value instanceof JsonNumber) {
    throw malformed('The body must be a JSON object.');
  }
  refuseHostile(value);
  return value;
}

function malformed(detail: string): DomainError {
  return new DomainError('malformed-request', detail);
}

/**
 * Checks the text before it is parsed: a recursive parser must not meet a million brackets, and it accepts a key that
 * is repeated with an equal value. Keys are compared unescaped.
 */
function refuseDeepAndDuplicate(text: string): void {
  // Each open bracket has the keys of its object, or null for an array.
  const open: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (c === '"') {
      const end = endOfString(text, i);
      const keys = open.at(-1);
      if (expectsKey && keys) addKey(keys, text.slice(i, end + 1));
      expectsKey = false;
      i = end;
    } else if (c === '{' || c === '[') {
      open.push(c === '{' ? new Set() : null);
      expectsKey = c === '{';
      if (open.length > MAX_DEPTH) throw malformed(`The body is nested more than ${MAX_DEPTH} levels deep.`);
    } else if (c === '}' || c === ']') {
      open.pop();
    } else if (c === ',') {
      expectsKey = Boolean(open.at(-1));
    }
  }
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

function addKey(keys: Set<string>, literal: string): void {
  let key: string;
  try {
    key = JSON.parse(literal) as string;
  } catch {
    return; // The parser reports it with its position.
  }
  if (keys.has(key)) throw malformed(`The body is not valid JSON: duplicate key ${JSON.stringify(key)}.`);
  keys.add(key);
}

function refuseHostile(value: unknown): void {
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) throw malformed('A string contains half of a surrogate pair.');
  } else if (Array.isArray(value)) value.forEach(refuseHostile);
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      refuseHostile(key);
      refuseHostile(item);
    }
  }
}
