import type { CursorPart } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** The position at which a part of a report begins, and its maximum number of rows. */
export interface Part {
  /** The position of the row before; undefined at the beginning. */
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

/** The way a column is written: numbers stay numbers, text is made safe for spreadsheets. */
export type ColumnKind = 'text' | 'number';
export type Columns = Readonly<Record<string, ColumnKind>>;

/** A row as clients see it. */
export type ReportItem = Readonly<Record<string, string | number | boolean | null>>;

/**
 * A report: what is asked, the rows in a certain order, and what stands above them. Its pages, its CSV and its exports are all
 * made from this, so that they can't differ.
 */
export interface Report<Sent, Query, Row, Head extends object, Item extends ReportItem> {
  /** kebab-case; names its files. */
  readonly name: string;
  /** The columns of the table, in order; each is a field of an item. */
  readonly columns: Columns;
  /** The types of the parts of {@link position}. */
  readonly cursor: readonly CursorPart[];
  /**
   * Fills in what the request left open, so that the report states its own parameters.
   * @param today UTC
   * @throws DomainError `validation-failed`
   */
  settle(sent: Sent, today: string): Query;
  /** The settled parameters, as a client would send them. */
  parameters(query: Query): Readonly<Record<string, string | undefined>>;
  /** @throws DomainError `not-found` */
  head(read: TenantRead, query: Query, isFirst: boolean): Promise<Head>;
  rows(read: TenantRead, query: Query, part: Part): Promise<Row[]>;
  position(row: Row): readonly string[];
  toItem(row: Row, query: Query): Item;
}
