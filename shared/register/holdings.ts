import { type RawBuilder, sql } from 'kysely';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

/** The ledger entries that a report sums. Once settled, they never change. */
export interface LedgerView {
  readonly asOf: string;
  /** RFC 3339 with microseconds. */
  readonly knownAt: string;
  readonly securityClass: string | undefined;
}

export interface HoldingsTotals {
  readonly holders: number;
  readonly totalHoldings: string;
}

export interface HoldingRow {
  readonly shareholder_id: string;
  readonly external_ref: string;
  readonly name: string;
  readonly holdings: string;
}

/** The shares of one class of a holder. */
export interface PositionRow extends HoldingRow {
  readonly security_class: string;
}

/** Writers of the tenant wait behind a report that waits for a writer. */
const PATIENCE = '1s';
/** No function runs longer, and so no transaction: what was recorded before is committed or gone. */
const SETTLED_AFTER = '15 minutes';
const INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';

/**
 * Fixes the day and the instant of a report by the database's clock.
 * @returns `ahead` when the wanted instant lies in the future and so can't be reported on yet
 */
export async function findLedgerInstant(
  read: TenantRead,
  wanted: { as_of?: string | undefined; known_at?: string | undefined },
): Promise<{ asOf: string; knownAt: string; ahead: boolean }> {
  const { as_of = null, known_at = null } = wanted;
  const { rows } = await sql<{ asOf: string; knownAt: string; ahead: boolean }>`
    select coalesce(${as_of}::date, today()) as "asOf",
      to_char(coalesce(wanted, settled) at time zone 'UTC', ${sql.lit(INSTANT)}) as "knownAt",
      coalesce(wanted > settled, false) as ahead
    from (select ${known_at}::timestamptz as wanted,
      case when ${known_at}::timestamptz < now() - ${sql.lit(SETTLED_AFTER)}::interval then null
        else settled_instant(${sql.lit(PATIENCE)}) end as settled) as instant`.execute(read);
  return rows[0] as { asOf: string; knownAt: string; ahead: boolean };
}

/** The literal comparison beside the bound one lets the partial index on other classes serve a prepared statement. */
function ofClass(securityClass: string | undefined): RawBuilder<unknown> {
  if (securityClass === undefined) return sql`true`;
  const other = securityClass === DEFAULT_SECURITY_CLASS ? sql`` : sql` and e.security_class <> 'COMMON'`;
  return sql`e.security_class = ${securityClass}${other}`;
}

/**
 * A filter of the sum rather than of the rows: bound dates would be guessed to leave a ninth of the ledger, and the plan of
 * a prepared statement built on that guess takes twice the time.
 */
const sumOf = ({ asOf, knownAt }: LedgerView) => sql`
  sum(e.delta) filter (where e.effective_date <= ${asOf}::date and e.recorded_at <= ${knownAt}::timestamptz) as holdings`;

const positionsOf = (view: LedgerView) => sql`(
  select e.shareholder_id, ${sumOf(view)} from position_entries e where ${ofClass(view.securityClass)} group by e.shareholder_id)`;

/** One pass over the ledger. */
export async function findTotals(read: TenantRead, view: LedgerView): Promise<HoldingsTotals> {
  const { rows } = await sql<{ holders: bigint; total: string }>`
    select count(*) filter (where holdings <> 0) as holders, coalesce(sum(holdings), 0) as total
    from ${positionsOf(view)} as p`.execute(read);
  return { holders: Number(rows[0]?.holders ?? 0), totalHoldings: canonicalDecimal(rows[0]?.total ?? '0') };
}

/** The name that was replaced first after the instant is the one that was borne at it. */
const shown = ({ knownAt }: LedgerView) => sql`s.id as shareholder_id, s.external_ref, p.holdings, coalesce((
  select h.name from shareholder_names h
  where h.shareholder_id = s.id and h.replaced_at > ${knownAt}::timestamptz
  order by h.replaced_at limit 1), s.name) as name`;

export interface HoldingsPage {
  /** The reference after which the page begins. */
  readonly after: string;
  readonly limit: number;
}

/** Holders without shares that a page passes over, about 0.3 s, before it asks the ledger who has any. */
const PASSED_OVER = 50_000;

/** The holders of a page, in the order of their references by bytes. */
export async function listHoldings(
  read: TenantRead,
  view: LedgerView,
  page: HoldingsPage,
): Promise<HoldingRow[]> {
  const { securityClass = DEFAULT_SECURITY_CLASS } = view;
  // Few hold other classes, and those have an index.
  if (securityClass !== DEFAULT_SECURITY_CLASS) return listByLedger(read, view, page);
  const looked = page.limit + PASSED_OVER;
  const rows = await listByRegister(read, view, page, looked);
  if (rows.length === page.limit || !(await isLongerThan(read, page.after, looked))) return rows;
  return listByLedger(read, view, page);
}

/** Walks the register and sums each holder's entries: the cost of a page depends on its size alone. */
async function listByRegister(
  read: TenantRead,
  view: LedgerView,
  { after, limit }: HoldingsPage,
  looked: number,
): Promise<HoldingRow[]> {
  const { rows } = await sql<HoldingRow>`
    select ${shown(view)}
    from (
      select id, external_ref, name from shareholders
      where external_ref > ${after} order by external_ref limit ${looked}) as s
    cross join lateral (
      select ${sumOf(view)} from position_entries e
      where e.shareholder_id = s.id and ${ofClass(view.securityClass)}) as p
    where p.holdings <> 0
    order by s.external_ref limit ${limit}`.execute(read);
  return rows;
}

async function isLongerThan(read: TenantRead, after: string, looked: number): Promise<boolean> {
  const next = await read
    .selectFrom('shareholders')
    .select('external_ref')
    .where('external_ref', '>', after)
    .orderBy('external_ref')
    .offset(looked)
    .limit(1)
    .executeTakeFirst();
  return next !== undefined;
}

/** Sums the ledger and keeps the page: for reports that most of the register is absent from. */
async function listByLedger(
  read: TenantRead,
  view: LedgerView,
  { after, limit }: HoldingsPage,
): Promise<HoldingRow[]> {
  const { rows } = await sql<HoldingRow>`
    select ${shown(view)}
    from ${positionsOf(view)} as p join shareholders s on s.id = p.shareholder_id
    where p.holdings <> 0 and s.external_ref > ${after}
    order by s.external_ref limit ${limit}`.execute(read);
  return rows;
}

/** Divides the holders of a page by class, in their order: a holder of several has a row for each. */
export async function dividedByClass(
  read: TenantRead,
  view: LedgerView,
  holders: readonly HoldingRow[],
): Promise<PositionRow[]> {
  const { securityClass } = view;
  if (securityClass !== undefined) return holders.map((row) => ({ ...row, security_class: securityClass }));
  const divided = await listDivided(read, view, holders);
  return holders.flatMap((row) => {
    const of = divided.get(row.shareholder_id) ?? [
      { security_class: DEFAULT_SECURITY_CLASS, holdings: row.holdings },
    ];
    return of.map((position) => ({ ...row, ...position }));
  });
}

type ClassHoldings = Pick<PositionRow, 'security_class' | 'holdings'>;

/** Returns the classes of those who have others than the default one: few, and found by their index. */
async function listDivided(
  read: TenantRead,
  view: LedgerView,
  holders: readonly HoldingRow[],
): Promise<ReadonlyMap<string, readonly ClassHoldings[]>> {
  const ids = holders.map(({ shareholder_id }) => shareholder_id);
  const { rows } = await sql<ClassHoldings & { shareholder_id: string }>`
    select p.shareholder_id, p.security_class, p.holdings from (
      select e.shareholder_id, e.security_class, ${sumOf(view)} from position_entries e
      where e.shareholder_id in (
        select shareholder_id from position_entries where security_class <> 'COMMON' and shareholder_id = any(${ids}::uuid[]))
      group by 1, 2) p
    where p.holdings <> 0 order by p.security_class`.execute(read);
  const divided = new Map<string, ClassHoldings[]>();
  for (const { shareholder_id, ...position } of rows) {
    const of = divided.get(shareholder_id);
    if (of === undefined) divided.set(shareholder_id, [position]);
    else of.push(position);
  }
  return divided;
}
