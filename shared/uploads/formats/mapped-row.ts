import { rejectedRow } from '#uploads/checking/finish-row.ts';
import type { RowContract } from '#uploads/checking/row-contract.ts';
import { dayReader, fold, type Mapping, readNumber } from '#uploads/mappings/mapping.ts';
import { type RowError, type RowErrorCode, UnreadableFile, type UploadRow } from './upload-row.ts';

/** A column of a file with what the mapping says of it. */
interface Source<Column extends string> {
  readonly at: number;
  readonly to: Column;
  readonly values: ReadonlyMap<string, string> | undefined;
  readonly given: ReadonlyMap<Column, string>;
}

/** The sign of dollars before a number, behind the minus or the bracket of a negative one. */
const DOLLARS = /^(-?\(?)\$ ?/;
/** Zero, also as the dash that many tables have for it, with the sign of dollars that spreadsheets put before it. */
const NO_NUMBER = /^-?0*(?:\.0*)?$|^\$ *-$/;

function nothing<Column extends string>(column: Column): RowError<Column> {
  return { column, code: 'zero', message: `${column} is zero.` };
}

/** Reads the rows of a source's file as ours: one line gives a row for each column of numbers. */
export class MappedRows<Column extends string, Values> {
  readonly #contract: RowContract<Column, Values>;
  readonly #mapping: Mapping;
  readonly #readDay: ((text: string) => string | undefined) | undefined;
  /** The columns by which each row of a line is made: those of numbers, where there are any. */
  readonly #makers: readonly Source<Column>[];
  readonly #others: readonly Source<Column>[];
  /** The place of each column in the rows that are made; -1 for what the mapping doesn't give. */
  readonly #at: Readonly<Record<Column, number>>;

  /** @throws UnreadableFile when the header lacks a column, or has it twice */
  constructor(
    contract: RowContract<Column, Values>,
    mapping: Mapping,
    header: readonly string[],
    line: number,
  ) {
    this.#contract = contract;
    this.#mapping = mapping;
    this.#readDay = mapping.date_format === undefined ? undefined : dayReader(mapping.date_format);
    const sources = sourcesOf<Column>(mapping, header, line);
    const { number, spread } = contract;
    const maker = sources.some(({ to }) => to === number) ? number : spread;
    this.#makers = sources.filter(({ to }) => to === maker);
    this.#others = sources.filter(({ to }) => to !== maker);
    const given = new Set<string>(sources.flatMap(({ to, given: more }) => [to, ...more.keys()]));
    if (contract.dollars !== undefined) given.add(contract.dollars);
    const at = contract.columns.map((name, index) => [name, given.has(name) ? index : -1]);
    this.#at = Object.fromEntries(at) as Record<Column, number>;
  }

  /** Returns the place in the file of each column; -1 where none of the file's own gives it. */
  placesInFile(): Readonly<Record<Column, number>> {
    const sources = [...this.#makers, ...this.#others];
    const at = this.#contract.columns.map((name) => [name, sources.find(({ to }) => to === name)?.at ?? -1]);
    return Object.fromEntries(at) as Record<Column, number>;
  }

  rowsOf(line: number, cells: readonly string[]): UploadRow<Column, Values>[] {
    const found = this.#contract.columns.map(() => '');
    let fault: RowError<Column> | undefined;
    for (const source of this.#others) fault = this.#fill(found, source, cells) ?? fault;
    const isWide = this.#makers.length > 1;
    const rows: UploadRow<Column, Values>[] = [];
    for (const source of this.#makers) {
      const cell = cells[source.at] ?? '';
      if (isWide && cell === '') continue;
      const ofRow = [...found];
      const wrong = this.#fill(ofRow, source, cells) ?? fault;
      this.#fillDollars(ofRow, source.to, cell);
      const isNothing = isWide && this.#contract.skipsZero && NO_NUMBER.test(this.#cellOf(ofRow, source.to));
      rows.push(this.#finish(line, ofRow, isNothing ? nothing(source.to) : wrong));
    }
    return rows;
  }

  /** A number with a dollar sign is of dollars: a plan in another currency doesn’t take it for its own. */
  #fillDollars(row: string[], to: Column, cell: string): void {
    const { dollars, number } = this.#contract;
    if (dollars !== undefined && to === number && DOLLARS.test(cell) && this.#cellOf(row, dollars) === '')
      row[this.#at[dollars]] = 'USD';
  }

  #cellOf(row: readonly string[], column: Column): string {
    return row[this.#at[column]] ?? '';
  }

  #finish(
    line: number,
    row: readonly string[],
    wrong: RowError<Column> | undefined,
  ): UploadRow<Column, Values> {
    if (wrong === undefined) return this.#contract.finish(line, this.#contract.ofCells(row, this.#at));
    const found = this.#contract.columns.map((name) => [name, this.#cellOf(row, name)]);
    return rejectedRow(
      this.#contract.columns,
      line,
      Object.fromEntries(found) as Record<Column, string>,
      wrong,
    );
  }

  /** Puts what a column of the file gives into a row; answers what is wrong with it. */
  #fill(
    row: string[],
    { at, to, values, given }: Source<Column>,
    cells: readonly string[],
  ): RowError<Column> | undefined {
    for (const [column, text] of given) row[this.#at[column]] = text;
    const cell = cells[at] ?? '';
    const read = cell === '' ? cell : this.#read(cell, to, values);
    row[this.#at[to]] = typeof read === 'string' ? read : cell;
    return typeof read === 'string' ? undefined : read;
  }

  #read(cell: string, to: Column, values: Source<Column>['values']): string | RowError<Column> {
    if (values !== undefined)
      return values.get(cell) ?? wrong(to, 'unknown-value', 'has a value that the mapping doesn’t know');
    const { decimal, date_format } = this.#mapping;
    if (decimal !== undefined && to === this.#contract.number)
      return (
        readNumber(this.#contract.dollars === undefined ? cell : cell.replace(DOLLARS, '$1'), decimal) ??
        wrong(
          to,
          'invalid-number',
          `must be a number with the decimal ${JSON.stringify(decimal)} of the mapping`,
        )
      );
    const { days } = this.#contract;
    if (this.#readDay !== undefined && days?.columns.includes(to) === true)
      return (
        this.#readDay(cell) ??
        wrong(to, days.invalid, `must exist, and be written as ${date_format}, which the mapping says`)
      );
    return cell;
  }
}

function wrong<Column extends string>(column: Column, code: RowErrorCode, what: string): RowError<Column> {
  return { column, code, message: `${column} ${what}.` };
}

function sourcesOf<Column extends string>(
  { columns }: Mapping,
  header: readonly string[],
  line: number,
): Source<Column>[] {
  const names = header.map(fold);
  const missing = columns.filter(({ from }) => !names.includes(fold(from)));
  if (missing.length > 0)
    throw new UnreadableFile(
      'missing-header',
      `The header lacks ${missing.map(({ from }) => JSON.stringify(from)).join(', ')}, which the mapping names.`,
      line,
    );
  const repeated = columns.find(({ from }) => names.indexOf(fold(from)) !== names.lastIndexOf(fold(from)));
  if (repeated !== undefined)
    throw new UnreadableFile(
      'duplicate-header',
      `The header names the column ${JSON.stringify(repeated.from)} twice.`,
      line,
    );
  return columns.map(({ from, to, value, values }) => ({
    at: names.indexOf(fold(from)),
    to: to as Column,
    values: values === undefined ? undefined : new Map(Object.entries(values)),
    given: new Map(Object.entries(value ?? {})) as Map<Column, string>,
  }));
}
