import { JsonNumber } from '#kernel/json.ts';
import { rejectedRow, undecodable } from '#uploads/checking/finish-row.ts';
import type { RowContract } from '#uploads/checking/row-contract.ts';
import type { JsonScanner } from './json-scanner.ts';
import type { RowError, RowErrorCode, UploadRow } from './upload-row.ts';

const MAX_DEPTH = 64;

/** The reviver as of ECMAScript 2026: a primitive comes with its source text. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const keepDigits: Reviver = (_key, value, { source }) =>
  typeof value === 'number' ? new JsonNumber(source ?? '') : value;

/** Reads the rows of JSON files of one kind. */
export class JsonRowReader<Column extends string, Values> {
  readonly #contract: RowContract<Column, Values>;
  readonly #onUnknownColumn: (name: string) => void;
  readonly #columns: ReadonlySet<string>;
  /** An object without nested ones and without duplicate keys can match this only in the number itself. */
  readonly #flatNumber: RegExp;

  constructor(contract: RowContract<Column, Values>, onUnknownColumn: (name: string) => void) {
    this.#contract = contract;
    this.#onUnknownColumn = onUnknownColumn;
    this.#columns = new Set(contract.columns);
    this.#flatNumber = new RegExp(`"${contract.number}"\\s*:\\s*(-?\\d[^\\s,}]*)`);
  }

  /**
   * Reads one JSON object as a row. `scanner` has just scanned `text`. Duplicate keys are found by count: more keys written
   * than there are.
   */
  read(line: number, text: string, scanner: JsonScanner): UploadRow<Column, Values> {
    const contract = this.#contract;
    const reject = (error: RowError<Column>, found: Partial<Record<Column, unknown>> = {}) =>
      rejectedRow(contract.columns, line, found, error);
    const broken = undecodable<Column>(text, null);
    if (broken !== undefined) return reject(broken);
    if (scanner.depth > MAX_DEPTH)
      return reject(rowError('too-deep', `The row is nested more than ${MAX_DEPTH} levels deep.`));
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return reject(rowError('invalid-json', 'The row is not valid JSON.'));
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return reject(rowError('wrong-type', 'The row must be a JSON object.'));
    const row = value as Partial<Record<Column, unknown>>;
    const number = row[contract.number];
    // A number as JSON is its digits; as a string it must be nothing but digits, so it isn't trimmed.
    const digits = typeof number === 'number' ? this.#digits(text, scanner) : number;
    const found = contract.ofObject(row, digits);
    if (countKeys(value) !== scanner.keys)
      return reject(rowError('duplicate-key', 'The row has the same key twice.'), found);
    for (const key in value) if (!this.#columns.has(key)) this.#onUnknownColumn(key);
    return contract.finish(line, found);
  }

  #digits(text: string, scanner: JsonScanner): string {
    const flat = scanner.depth === 1 ? this.#flatNumber.exec(text)?.[1] : undefined;
    if (flat !== undefined) return flat;
    // A reviver makes parsing several times slower, so only rows that need it pay.
    const parsed = JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1]) as Record<
      Column,
      unknown
    >;
    return (parsed[this.#contract.number] as JsonNumber).source;
  }
}

function rowError<Column extends string>(code: RowErrorCode, message: string): RowError<Column> {
  return { column: null, code, message };
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) for (const item of value) keys += countKeys(item);
  else {
    for (const key in value) {
      const item = (value as Record<string, unknown>)[key];
      keys += 1 + (typeof item === 'object' ? countKeys(item) : 0);
    }
  }
  return keys;
}
