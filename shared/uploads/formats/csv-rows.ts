import { restoreCell } from '#platform/storage/csv.ts';
import { ERROR_CODE_COLUMN, ERROR_ROW_COLUMN, uncorrected } from '#uploads/checking/errors-file.ts';
import { isSuspect, nextSuspect, rejectedRow, undecodable } from '#uploads/checking/finish-row.ts';
import { columnMeant, type RowContract } from '#uploads/checking/row-contract.ts';
import type { Mapping } from '#uploads/mappings/mapping.ts';
import { CsvScanner } from './csv-scanner.ts';
import { MappedRows } from './mapped-row.ts';
import { type RowError, UnreadableFile, type UploadRow } from './upload-row.ts';

/** The index of each column of the contract; -1 if the file doesn't have it. */
interface Header<Column extends string> {
  readonly width: number;
  readonly at: Readonly<Record<Column, number>>;
  /** Whether we have written the file, or one from which it was made: its cells are restored. */
  readonly isOurs: boolean;
  /** The cells of an errors file that say why a row was refused, and what it was; undefined in others. */
  readonly errorAt: { readonly code: number; readonly digest: number } | undefined;
}

/** The settings by which CSV is read. */
export interface CsvReading {
  /** The meaning of the columns of a source. @default they are ours */
  readonly mapping?: Mapping | undefined;
}

/** Columns of ours that say something about a row, and are passed over. */
const OUR_PREFIX = 'vestry_';
/** It is in lists of ours beside the reference. */
const OUR_ID = 'shareholder_id';

const COMMA = 44;

/** Spreadsheets write rows of separators alone below their tables. */
function isBlank({ cells, count, textAfterQuote }: CsvScanner): boolean {
  if (cells[0] !== '' || count < 2 || textAfterQuote) return false;
  for (let at = 1; at < count; at += 1) if (cells[at] !== '') return false;
  return true;
}

/** Rows of CSV text that comes in pieces. */
export class CsvRows<Column extends string, Values> {
  readonly #contract: RowContract<Column, Values>;
  readonly #scanner = new CsvScanner();
  readonly #onUnknownColumn: (name: string) => void;
  readonly #mapping: Mapping | undefined;
  #mapped: MappedRows<Column, Values> | undefined;
  #header: Header<Column> | undefined;
  #isFirst = true;
  /** The next index in the scanner's text at which a row becomes undecodable. */
  #suspectAt = Number.POSITIVE_INFINITY;

  constructor(
    contract: RowContract<Column, Values>,
    onUnknownColumn: (name: string) => void,
    { mapping }: CsvReading = {},
  ) {
    this.#contract = contract;
    this.#onUnknownColumn = onUnknownColumn;
    this.#mapping = mapping;
    if (mapping?.separator !== undefined) this.#scanner.separator = mapping.separator.charCodeAt(0);
  }

  /** @throws UnreadableFile */
  push(text: string, last: boolean): UploadRow<Column, Values>[] {
    const scanner = this.#scanner;
    scanner.push(text, last);
    this.#suspectAt = isSuspect(scanner.text) ? nextSuspect(scanner.text, 0) : Number.POSITIVE_INFINITY;
    const rows: UploadRow<Column, Values>[] = [];
    while (scanner.next()) {
      if (this.#header === undefined) {
        if (scanner.line > (this.#mapping?.skip_lines ?? 0) && !this.#findsSeparator())
          this.#header = this.#readHeader();
      } else if (!isBlank(scanner)) this.#addRows(rows, this.#header);
    }
    if (last && this.#header === undefined) {
      throw new UnreadableFile('missing-header', 'The file has no header line.', 1);
    }
    return rows;
  }

  #readHeader(): Header<Column> {
    const scanner = this.#scanner;
    if (this.#mapping === undefined) return readHeader(this.#contract, scanner, this.#onUnknownColumn);
    refuseUnreadable(scanner);
    const cells = scanner.cells.slice(0, scanner.count);
    const mapped = new MappedRows(this.#contract, this.#mapping, cells, scanner.line);
    this.#mapped = mapped;
    return { width: cells.length, at: mapped.placesInFile(), isOurs: false, errorAt: undefined };
  }

  #addRows(rows: UploadRow<Column, Values>[], header: Header<Column>): void {
    const mapped = this.#mapped;
    if (mapped === undefined) {
      rows.push(this.#row(header));
      return;
    }
    const broken = this.#broken(header);
    if (broken !== undefined) rows.push(broken);
    else rows.push(...mapped.rowsOf(this.#scanner.line, this.#scanner.cells.slice(0, header.width)));
  }

  /**
   * Looks for the separator before the header is read: in a line `sep=;`, which spreadsheets write, or in a header without a comma. Numbers
   * are not guessed at: a decimal comma stays an error.
   */
  #findsSeparator(): boolean {
    const scanner = this.#scanner;
    const { text, rowStart, rowEnd, count } = scanner;
    const raw = text.slice(rowStart, rowEnd);
    const named = this.#isFirst ? /^"?sep=([,;\t|])"?$/i.exec(raw)?.[1] : undefined;
    this.#isFirst = false;
    if (named !== undefined) {
      scanner.separator = named.charCodeAt(0);
      return true;
    }
    if (count > 1 || scanner.separator !== COMMA || this.#mapping?.separator !== undefined) return false;
    const found = /[;\t]/.exec(raw)?.[0];
    if (found === undefined || raw.includes(',')) return false;
    scanner.readAgain(found.charCodeAt(0));
    return true;
  }

  #row(header: Header<Column>): UploadRow<Column, Values> {
    const { line, cells, count } = this.#scanner;
    if (header.isOurs) {
      for (let i = 0; i < count; i += 1) cells[i] = restoreCell(cells[i] as string).trim();
    }
    const broken = this.#broken(header);
    if (broken !== undefined) return broken;
    const unchanged = header.errorAt === undefined ? undefined : this.#uncorrected(header, header.errorAt);
    const row = this.#contract.finish(line, this.#contract.ofCells(cells, header.at));
    // A fault of the row by itself says more than that nobody has corrected it.
    if (unchanged === undefined || row.error !== undefined) return row;
    return rejectedRow(this.#contract.columns, line, this.#found(header), unchanged);
  }

  /** Returns the row as a rejected one, if its cells can't be told. */
  #broken(header: Header<Column>): UploadRow<Column, Values> | undefined {
    const { line, cells, count, textAfterQuote, rowEnd } = this.#scanner;
    const suspect = this.#suspectAt < rowEnd;
    if (suspect) this.#suspectAt = nextSuspect(this.#scanner.text, rowEnd);
    const { width } = header;
    if (!textAfterQuote && count === width && !suspect) return undefined;
    const error = this.#rowFault(header, suspect);
    if (error === undefined) return undefined;
    // Surplus cells stay with the last column, so that the errors file loses nothing.
    if (count > width) cells[width - 1] = cells.slice(width - 1, count).join(',');
    return rejectedRow(this.#contract.columns, line, this.#found(header), error);
  }

  #uncorrected(
    header: Header<Column>,
    { code, digest }: NonNullable<Header<Column>['errorAt']>,
  ): RowError<Column> | undefined {
    const { cells } = this.#scanner;
    return uncorrected(this.#contract.columns, this.#found(header), {
      code: cells[code] ?? '',
      digest: cells[digest] ?? '',
    });
  }

  #found({ at }: Header<Column>): Partial<Record<Column, string>> {
    const cells = this.#scanner.cells.slice(0, this.#scanner.count);
    const found = this.#contract.columns.map((column) => [column, cells[at[column]]]);
    return Object.fromEntries(found) as Partial<Record<Column, string>>;
  }

  #rowFault({ at, width }: Header<Column>, suspect: boolean): RowError<Column> | undefined {
    const { cells, count, text, rowStart, rowEnd, textAfterQuote } = this.#scanner;
    const broken = suspect ? undecodable<Column>(text.slice(rowStart, rowEnd), null) : undefined;
    if (broken !== undefined) {
      const { columns } = this.#contract;
      const column = columns.find((name) => at[name] < count && isSuspect(cells[at[name]] ?? ''));
      return column === undefined ? broken : undecodable(cells[at[column]] as string, column);
    }
    if (textAfterQuote) {
      return {
        column: null,
        code: 'text-after-quote',
        message:
          'A quoted cell goes on after its closing quote; a quote inside a quoted cell is written twice.',
      };
    }
    if (count === width) return undefined;
    return {
      column: null,
      code: 'cell-count',
      message: `The row has ${count} cells, the header has ${width}.`,
    };
  }
}

function refuseUnreadable(scanner: CsvScanner): void {
  const { line } = scanner;
  const raw = scanner.text.slice(scanner.rowStart, scanner.rowEnd);
  if (raw.includes('\0')) {
    throw new UnreadableFile(
      'unsupported-file',
      'The header contains NUL characters: this is not a text file.',
      line,
    );
  }
  if (!raw.isWellFormed()) throw new UnreadableFile('invalid-encoding', 'The header is not UTF-8.', line);
  if (scanner.textAfterQuote) {
    throw new UnreadableFile(
      'missing-header',
      'A quoted cell of the header has text after its closing quote.',
      line,
    );
  }
}

function readHeader<Column extends string>(
  contract: RowContract<Column, unknown>,
  scanner: CsvScanner,
  onUnknownColumn: (name: string) => void,
): Header<Column> {
  refuseUnreadable(scanner);
  const { line } = scanner;
  const cells = scanner.cells.slice(0, scanner.count);
  const raw = scanner.text.slice(scanner.rowStart, scanner.rowEnd);
  const names: string[] = cells.map((cell) => columnMeant(contract.columns, cell) ?? cell.toLowerCase());
  const duplicate = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (duplicate !== undefined) {
    throw new UnreadableFile(
      'duplicate-header',
      `The header names the column ${shown(duplicate)} twice.`,
      line,
    );
  }
  const { derived } = contract;
  const isDerived = derived?.from.some((name) => names.includes(name)) === true;
  const missing = contract.required.filter(
    (name) => !names.includes(name) && !(isDerived && name === derived?.column),
  );
  if (missing.length > 0) throw missingHeader(missing, raw, line);
  const isOurs = names.some((name) => name.startsWith(OUR_PREFIX));
  const errorAt = { code: names.indexOf(ERROR_CODE_COLUMN), digest: names.indexOf(ERROR_ROW_COLUMN) };
  for (const name of names) {
    const known = (contract.columns as readonly string[]).includes(name);
    if (!known && !(isOurs && (name.startsWith(OUR_PREFIX) || name === OUR_ID))) onUnknownColumn(name);
  }
  const at = Object.fromEntries(contract.columns.map((name) => [name, names.indexOf(name)]));
  return {
    width: cells.length,
    at: at as Record<Column, number>,
    isOurs,
    errorAt: errorAt.code < 0 || errorAt.digest < 0 ? undefined : errorAt,
  };
}

function missingHeader(missing: readonly string[], raw: string, line: number): UnreadableFile {
  const separator = !/[,;\t]/.test(raw) && /[|:]/.exec(raw)?.[0];
  const hint = separator
    ? `Cells may be separated by commas, semicolons or tabs, not by ${JSON.stringify(separator)}.`
    : 'Name its columns so, or load the file by a mapping, which says what its columns are and how many lines stand above them.';
  return new UnreadableFile('missing-header', `The header lacks ${missing.join(', ')}. ${hint}`, line);
}

function shown(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}
