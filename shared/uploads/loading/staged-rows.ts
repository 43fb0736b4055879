import type { TenantSession } from '#platform/db/tenant-session.ts';
import { DETAIL_COLUMNS } from '#uploads/checking/detail-columns.ts';
import {
  duplicateExternalRef,
  type RejectedRow,
  type RowErrorCode,
  type UploadRow,
} from '#uploads/formats/upload-row.ts';
import { STAGED_COLUMNS, StagingLines, stagedLines } from './copy-encoding.ts';

/**
 * A file's rows in a temporary table of the session, good and bad, where the database finds what no row shows by itself.
 * So the worker's memory is the same whatever a file contains: a million rows, or a million mistakes.
 */

const CREATE = `create temporary table staged_rows (
  n integer not null, line integer not null,
  external_ref text collate "C", name text, email text, holdings text,
  security_class text collate "C", effective_date text,
  speaks_of_email boolean not null, out_of_order boolean not null,
  error_column text, error_code text, error_message text, first_line integer, details jsonb, cells json,
  other_classes numeric(28, 8) not null default 0, class text collate "C", day date, held numeric(28, 8))`;

const COPY = `copy staged_rows (${STAGED_COLUMNS.join(', ')}) from stdin`;

/** Enough to sort and join a file of the usual size without spilling to disk. */
const WORK_MEM = `set work_mem = '256MB'`;

// Only rows that are out of order can repeat a reference. The first of its reference wins.
const MARK_DUPLICATES = `with repeated as (
    select external_ref, min(n) as n, min(line) as line from staged_rows
    where error_code is null and external_ref in (
      select external_ref from staged_rows where out_of_order and error_code is null)
    group by external_ref having count(*) > 1)
  update staged_rows s set error_column = 'external_ref', error_code = 'duplicate-external-ref', first_line = r.line
  from repeated r where s.external_ref = r.external_ref and s.n > r.n and s.error_code is null`;

// Rows that name classes: a holder may have one of each.
const MARK_DUPLICATE_POSITIONS = `with repeated as (
    select external_ref, coalesce(security_class, 'COMMON') as class, min(n) as n, min(line) as line from staged_rows
    where error_code is null and external_ref in (
      select external_ref from staged_rows where out_of_order and error_code is null)
    group by 1, 2 having count(*) > 1)
  update staged_rows s set error_column = 'external_ref', error_code = 'duplicate-external-ref', first_line = r.line
  from repeated r where s.external_ref = r.external_ref and coalesce(s.security_class, 'COMMON') = r.class and s.n > r.n
    and s.error_code is null`;

const FETCH = 'fetch 1000 from rejected_rows';

/** A refused row with its number in the file, from 1. */
export interface NumberedRejection extends RejectedRow<string> {
  readonly n: number;
}

export interface StagedFile {
  readonly rows: number;
  rejected: number;
  /** Rows that ask for nothing. @default none */
  readonly ignored?: number;
  /** Good rows of a payroll file that are recorded already. */
  unchanged?: number;
  /** Good rows that aren't in the order of the register's key, and may repeat another's; where it is counted. */
  outOfOrder?: number;
  /** Whether rows say of which class their shares are, and on which day they are held; where they may. */
  readonly namesClasses?: boolean;
  readonly namesDays?: boolean;
  /** Whether the file has a column of days, be it empty. */
  readonly hasDays?: boolean;
  /** Whether rows of a register say more of a holder: the parts of a name, or an address. */
  readonly hasDetails?: boolean;
  /** Positions that the file doesn't name, where it replaces the register: those that it sets to zero, and those that are newer, and stay. */
  zeroed?: number;
  kept?: number;
}

/** Joining row by row beats reading the whole register for a file of so few rows only. */
const MAX_NESTED_LOOP_ROWS = 200;

export function isLarge({ rows }: Pick<StagedFile, 'rows'>): boolean {
  return rows > MAX_NESTED_LOOP_ROWS;
}

/**
 * Keeps the session from joining a large file, or one that stands for a whole register, row by row. A tenant that the statistics don't know yet is taken for one of a few rows, and to compare ten
 * thousand with as many that way takes longer than a statement may.
 */
export async function joinAsSets(session: TenantSession): Promise<void> {
  await session.run([{ text: 'set enable_nestloop = off' }]);
}

/** Fills the table. @throws UnreadableFile when the rows end in a file that can't be read */
export async function stageRows(
  session: TenantSession,
  batches: AsyncIterable<readonly UploadRow[]>,
): Promise<StagedFile> {
  const lines = new StagingLines();
  await session.run([{ text: WORK_MEM }, { text: CREATE }]);
  await session.copyInto(
    COPY,
    (async function* () {
      for await (const batch of batches) yield lines.of(batch);
    })(),
  );
  if (isLarge(lines)) await joinAsSets(session);
  return lines;
}

/** The table that takes the rows of a contract. */
interface Staging<Column extends string, Values> {
  /** The statements that create `staged_rows`, and whatever it needs. */
  readonly create: readonly string[];
  /** The cells of a row that are kept. */
  readonly columns: readonly (Column & keyof Values)[];
  /** Other values of a good row that are kept. @default none */
  readonly more?: readonly (string & keyof Values)[];
}

/** Creates and fills the table with the rows of a contract. @throws UnreadableFile when the rows end in a file that can't be read */
export async function stageByContract<Column extends string, Values = Record<Column, string | null>>(
  session: TenantSession,
  { create, columns, more = [] }: Staging<Column, Values>,
  batches: AsyncIterable<readonly UploadRow<Column, Values>[]>,
): Promise<StagedFile> {
  const staged = { rows: 0, rejected: 0, ignored: 0 };
  const kept = ['n', 'line', ...columns, ...more, 'error_column', 'error_code', 'error_message'];
  await session.run(create.map((text) => ({ text })));
  await session.copyInto(
    `copy staged_rows (${kept.join(', ')}) from stdin`,
    stagedLines(batches, columns, staged, more),
  );
  await session.run([{ text: 'analyze staged_rows' }]);
  if (isLarge(staged)) await joinAsSets(session);
  return staged;
}

/** Refuses rows that repeat a reference of the same file. */
export async function refuseDuplicates(session: TenantSession, staged: StagedFile): Promise<void> {
  if (staged.outOfOrder === 0) return;
  const repeated = await mark(
    session,
    staged.namesClasses === true ? MARK_DUPLICATE_POSITIONS : MARK_DUPLICATES,
  );
  staged.rejected += repeated;
  if (staged.outOfOrder !== undefined) staged.outOfOrder -= repeated;
}

/** Marks rows as refused; answers how many. */
export async function mark(session: TenantSession, text: string): Promise<number> {
  const [marked] = await session.run([{ text }]);
  return marked?.rowCount ?? 0;
}

/** A rejected row with the file's own cells under the names of their columns. */
interface StagedRejection {
  readonly n: number;
  readonly line: number;
  readonly error_column: string | null;
  readonly error_code: RowErrorCode;
  readonly error_message: string | null;
  readonly first_line: number | null;
}

/** The refused rows in the order of the file, a batch at a time. */
export async function* rejectedRows(
  session: TenantSession,
  columns: readonly string[],
): AsyncGenerator<readonly NumberedRejection[], void> {
  await session.run([
    {
      text: `declare rejected_rows cursor with hold for
        select n, line, ${columns.map(selected).join(', ')}, error_column, error_code, error_message, first_line
        from staged_rows where error_code is not null and line > 0 order by n`,
    },
  ]);
  for (;;) {
    const [batch] = await session.run([{ text: FETCH }]);
    const rows = (batch?.rows ?? []) as StagedRejection[];
    if (rows.length === 0) break;
    yield rows.map((row) => toRejection(columns, row));
  }
  await session.run([{ text: 'close rejected_rows' }]);
}

/** The cells of details are kept in one column. */
function selected(column: string): string {
  return (DETAIL_COLUMNS as readonly string[]).includes(column)
    ? `cells ->> '${column}' as ${column}`
    : column;
}

function toRejection(columns: readonly string[], row: StagedRejection): NumberedRejection {
  const { n, line, error_column: column, error_code: code, error_message: message } = row;
  const cells = row as unknown as Readonly<Record<string, string | null>>;
  const values = Object.fromEntries(columns.map((name) => [name, cells[name] ?? null]));
  const error =
    row.first_line === null
      ? { column, code, message: message ?? '' }
      : duplicateExternalRef(row.first_line, cells.security_class ?? null);
  return { n, line, values, error };
}
