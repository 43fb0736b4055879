import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { DETAIL_COLUMNS } from '#uploads/checking/detail-columns.ts';
import type { ShareholderValues, UploadRow } from '#uploads/formats/upload-row.ts';

/** Characters with a meaning in COPY's text format. The other control characters never pass validation. */
const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = new RegExp(SPECIAL, 'g');
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const NULL = '\\N';
const NO_DETAILS = `${NULL}\t${NULL}`;

/** The columns of {@link StagingText}, in order. */
export const STAGED_COLUMNS = [
  'n',
  'line',
  'external_ref',
  'name',
  'email',
  'holdings',
  'speaks_of_email',
  'out_of_order',
  'error_column',
  'error_code',
  'error_message',
  'security_class',
  'effective_date',
  'details',
  'cells',
] as const;

/** Rows of a file, bad ones among them, as lines of COPY's text format. Rows are numbered, since lines need not be unique. */
export class StagingLines {
  rows = 0;
  rejected = 0;
  /**
   * Good rows whose reference isn't above all before it. A reference that comes again is always out of order, and most files
   * are sorted: so looking for duplicates among few is enough, and we need not remember what a file contains. Those that are
   * found are taken off.
   */
  outOfOrder = 0;
  /** Whether a row says of which class its shares are, or on which day they are held. */
  namesClasses = false;
  namesDays = false;
  hasDays = false;
  /** Whether a row says more of a holder. */
  hasDetails = false;
  #highest = '';
  #classOfHighest = '';

  of(batch: readonly UploadRow[]): string[] {
    return batch.map(({ line, values, error }) => {
      this.rows += 1;
      const { external_ref: ref, security_class: of, effective_date: day } = values;
      if (of !== undefined || day !== undefined) this.#notePosition(values, error === undefined);
      let fault = '\\N\t\\N\t\\N';
      let outOfOrder = 'f';
      if (error !== undefined) {
        this.rejected += 1;
        fault = `${cell(error.column)}\t${error.code}\t${cell(error.message)}`;
      } else if ((ref as string) > this.#highest) {
        this.#highest = ref as string;
        this.#classOfHighest = of ?? DEFAULT_SECURITY_CLASS;
      } else if (ref === this.#highest && (of ?? DEFAULT_SECURITY_CLASS) > this.#classOfHighest) {
        this.#classOfHighest = of ?? DEFAULT_SECURITY_CLASS;
      } else {
        this.outOfOrder += 1;
        outOfOrder = 't';
      }
      return `${this.rows}\t${line}\t${cell(ref)}\t${cell(values.name)}\t${cell(values.email)}\t${cell(values.holdings)}\t${
        values.email === undefined ? 'f' : 't'
      }\t${outOfOrder}\t${fault}\t${cell(of)}\t${cell(day)}\t${this.#details(values, error === undefined)}\n`;
    });
  }

  #details(values: UploadRow['values'], isGood: boolean): string {
    if (isGood) {
      const { details, cells } = values as ShareholderValues;
      if (details === undefined) return NO_DETAILS;
      this.hasDetails = true;
      return `${cell(JSON.stringify(details))}\t${cell(JSON.stringify(cells))}`;
    }
    const cells = values as Readonly<Record<string, string | null>>;
    const found = DETAIL_COLUMNS.filter((column) => (cells[column] ?? null) !== null);
    if (found.length === 0) return NO_DETAILS;
    this.hasDetails = true;
    return `${NULL}\t${cell(JSON.stringify(Object.fromEntries(found.map((column) => [column, cells[column]]))))}`;
  }

  /** A rejected row has null for what its file doesn't have. */
  #notePosition({ security_class, effective_date }: UploadRow['values'], isGood: boolean): void {
    this.hasDays ||= isGood && effective_date !== undefined;
    this.namesClasses ||= typeof security_class === 'string';
    this.namesDays ||= typeof effective_date === 'string';
  }
}

function cell(text: string | null | undefined): string {
  if (text === null || text === undefined) return NULL;
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, (character) => ESCAPES[character] as string) : text;
}

/** A file's counts while its rows are staged. */
interface Counted {
  rows: number;
  rejected: number;
  ignored: number;
}

/**
 * Rows as lines of COPY's text format, good and bad, counted as they pass: number, line, the columns of the contract and whatever `more` of a good
 * row's values, then what is wrong. Rows that ask for nothing are left out.
 */
export async function* stagedLines<Column extends string, Values = Record<Column, string | null>>(
  batches: AsyncIterable<readonly UploadRow<Column, Values>[]>,
  columns: readonly (Column & keyof Values)[],
  staged: Counted,
  more: readonly (string & keyof Values)[] = [],
): AsyncGenerator<string[], void> {
  for await (const batch of batches) {
    yield batch.flatMap(({ line, values, error }) => {
      staged.rows += 1;
      // Files of others have a line for everybody, whether there is anything or not.
      if (error?.code === 'zero') {
        staged.ignored += 1;
        return [];
      }
      if (error !== undefined) staged.rejected += 1;
      const cells = columns.map((column) => cell(values[column] as string | null));
      const found = more.map((name) =>
        cell(error === undefined ? ((values as Values)[name] as string | null) : null),
      );
      const fault = [error?.column, error?.code, error?.message];
      return `${[staged.rows, line, ...cells, ...found, ...fault.map(cell)].join('\t')}\n`;
    });
  }
}
