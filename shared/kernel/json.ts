import { DomainError, invalidField } from './domain-error.ts';
import { hostileIn } from './hostile-text.ts';
import { jsonPointer } from './json-pointer.ts';

/** A JSON number as it was written. Schemas read its digits; nothing passes through a float. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

const MAX_DEPTH = 64;
/** The longest string, and the longest key, in UTF-16 units: more than any field takes, and little enough for any pattern. */
const MAX_STRING = 10_000;
/** The longest number: more digits than any field takes, and room for zeros. */
const MAX_NUMBER = 64;
/** A key is no longer than this in a pointer. */
const MAX_KEY_SHOWN = 100;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_BEGINS = /[-\d]/;
/** Characters that stand behind no number. */
const CONTINUES = /[\w.+"-]/;
/** Stands before the digits of a number in a checked text. No string of a checked text holds it otherwise. */
const NUMBER_MARK = '\0';
const ESCAPED_MARK = '\\u0000';

/** The error for a text that isn't JSON, with the place where it ends being so, or that is no object. */
export function invalidJson(text: string): DomainError {
  try {
    JSON.parse(text);
  } catch (error) {
    // V8 quotes the text behind a comma.
    const reason = (error as Error).message.replace(/, (?:\.\.\.)?".*$/s, '');
    return malformed(`The body is not valid JSON: ${reason}`);
  }
  return malformed('The body must be a JSON object.');
}

/** The reviver for texts from {@link checkJson}. */
export function reviveExactly(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(NUMBER_MARK) ? new JsonNumber(value.slice(1)) : value;
}

function malformed(detail: string): DomainError {
  return new DomainError('malformed-request', detail);
}

/** An open bracket, and the place in it at which the reader is. */
interface Open {
  /** The keys of an object so far; an array has none. */
  readonly keys: Set<string> | undefined;
  at: string | number;
}

/**
 * Checks a text before it is parsed, and returns it with each number as a marked string, which {@link reviveExactly} reads:
 * `JSON.parse` recurses, accepts a key twice, and would make a float of every number. What is no JSON at all may be left for
 * the parser to find.
 * @throws DomainError `malformed-request` when it is no object or array, too deep, or has a key twice; `validation-failed`, with
 *   a pointer, when a string is too long or holds what no field takes
 */
export function checkJson(text: string): string {
  if (!/^\s*[{[]/.test(text)) throw invalidJson(text);
  const open: Open[] = [];
  const pieces: string[] = [];
  let copied = 0;
  let expectsKey = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i] as string;
    const inside = open.at(-1);
    if (c === '"') {
      const end = endOfString(text, i);
      const value = stringOf(text.slice(i, end + 1), open);
      if (expectsKey && inside?.keys && value !== undefined) enterKey(inside, inside.keys, value, open);
      else if (value !== undefined) refuseHostile(value, open);
      expectsKey = false;
      i = end;
    } else if (c === '{' || c === '[') {
      open.push({ keys: c === '{' ? new Set() : undefined, at: c === '{' ? '' : 0 });
      expectsKey = c === '{';
      if (open.length > MAX_DEPTH) throw malformed(`The body is nested more than ${MAX_DEPTH} levels deep.`);
    } else if (c === '}' || c === ']') {
      open.pop();
      expectsKey = false;
    } else if (c === ',') {
      expectsKey = inside?.keys !== undefined;
      if (inside !== undefined && typeof inside.at === 'number') inside.at += 1;
    } else if (NUMBER_BEGINS.test(c)) {
      NUMBER.lastIndex = i;
      const [source] = NUMBER.exec(text) ?? [];
      if (source === undefined || expectsKey || CONTINUES.test(text[i + source.length] ?? ''))
        throw invalidJson(text);
      if (source.length > MAX_NUMBER)
        throw invalidField(pointerOf(open), 'too-long', `must have at most ${MAX_NUMBER} digits`);
      pieces.push(text.slice(copied, i), `"${ESCAPED_MARK}${source}"`);
      i += source.length - 1;
      copied = i + 1;
    }
  }
  pieces.push(text.slice(copied));
  return pieces.join('');
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}

/** Returns the value of a literal, or `undefined` for one that the parser will refuse. */
function stringOf(literal: string, open: readonly Open[]): string | undefined {
  if (literal.length > MAX_STRING * 6)
    throw invalidField(pointerOf(open), 'too-long', `must have at most ${MAX_STRING} characters`);
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}

function enterKey(inside: Open, keys: Set<string>, key: string, open: readonly Open[]): void {
  if (keys.has(key)) throw malformed(`The body is not valid JSON: duplicate key ${JSON.stringify(key)}.`);
  keys.add(key);
  inside.at = key.slice(0, MAX_KEY_SHOWN);
  refuseHostile(key, open);
  // The parser refuses a constructor with a prototype as well, and doesn't say where.
  if (key === '__proto__' || (key === 'prototype' && open.at(-2)?.at === 'constructor'))
    throw invalidField(pointerOf(open), 'unknown-field', 'is not a field here');
}

function refuseHostile(value: string, open: readonly Open[]): void {
  if (value.length > MAX_STRING)
    throw invalidField(pointerOf(open), 'too-long', `must have at most ${MAX_STRING} characters`);
  const message = hostileIn(value);
  if (message !== undefined) throw invalidField(pointerOf(open), 'hostile-character', message);
}

function pointerOf(open: readonly Open[]): string {
  return jsonPointer(open.map(({ at }) => at));
}
