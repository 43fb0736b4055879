import { JsonNumber } from '#platform/json.ts';
import { finishRow, rejectedRow, undecodable } from '#uploads/finish-row.ts';
import type { JsonScanner } from '#uploads/json-scanner.ts';
import { SHAREHOLDER_COLUMNS, type ShareholderColumn } from '#uploads/shareholder-upload.schema.ts';
import type { RowError, UploadRow } from '#uploads/upload-row.ts';

const MAX_DEPTH = 64;
const COLUMNS: ReadonlySet<string> = new Set(SHAREHOLDER_COLUMNS);

/** The reviver as of ECMAScript 2026: a primitive comes with its source text. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const keepDigits: Reviver = (_key, value, { source }) =>
  typeof value === 'number' ? new JsonNumber(source ?? '') : value;

/** In an object without nested ones, and without duplicate keys, this can only be the number itself. */
const FLAT_HOLDINGS = /"holdings"\s*:\s*(-?\d[^\s,}]*)/;

/**
 * Reads one JSON object as a row. `scanner` has just scanned `text`. Duplicate keys are found by count: more keys written than there are.
 */
export function jsonRow(
  line: number,
  text: string,
  scanner: JsonScanner,
  onUnknownColumn: (name: string) => void,
): UploadRow {
  const broken = undecodable(text, null);
  if (broken !== undefined) return rejectedRow(line, {}, broken);
  if (scanner.depth > MAX_DEPTH) {
    return rejectedRow(
      line,
      {},
      rowError('too-deep', `The row is nested more than ${MAX_DEPTH} levels deep.`),
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return rejectedRow(line, {}, rowError('invalid-json', 'The row is not valid JSON.'));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejectedRow(line, {}, rowError('wrong-type', 'The row must be a JSON object.'));
  }
  const row = value as Partial<Record<ShareholderColumn, unknown>>;
  const found = {
    external_ref: cell(row.external_ref),
    name: cell(row.name),
    email: cell(row.email),
    // A number as JSON is its digits; as a string it must be nothing but digits, so it isn't trimmed.
    holdings: typeof row.holdings === 'number' ? digitsOfHoldings(text, scanner) : row.holdings,
  };
  if (countKeys(value) !== scanner.keys) {
    return rejectedRow(line, found, rowError('duplicate-key', 'The row has the same key twice.'));
  }
  for (const key in value) if (!COLUMNS.has(key)) onUnknownColumn(key);
  return finishRow(line, found);
}

function digitsOfHoldings(text: string, scanner: JsonScanner): string {
  const flat = scanner.depth === 1 ? FLAT_HOLDINGS.exec(text)?.[1] : undefined;
  if (flat !== undefined) return flat;
  // A reviver makes parsing several times slower, so only rows that need it pay.
  const { holdings } = JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1]) as {
    holdings: unknown;
  };
  return (holdings as JsonNumber).source;
}

function rowError(code: RowError['code'], message: string): RowError {
  return { column: null, code, message };
}

function cell(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
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
