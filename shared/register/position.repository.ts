import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { PositionEntries } from '#generated/database.ts';
import type { Day } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { PositionEntry } from './positions.routes.ts';

/**
 * Moves shares between two holders whom the transaction has locked; one statement, so that both entries carry one instant.
 * `changeId` is that of `recordPositionChange`.
 * @throws DomainError `insufficient-position`
 */
export async function setTransferred(
  tx: TenantTx,
  transfer: { from: string; to: string; quantity: string; changeId: bigint },
): Promise<void> {
  const { from, to, quantity, changeId } = transfer;
  await sql`update shareholders
    set holdings = case id when ${from}::uuid then holdings - ${quantity}::numeric else holdings + ${quantity}::numeric end,
      position_change_id = ${changeId}, version = version + 1, updated_at = now()
    where id in (${from}::uuid, ${to}::uuid)`.execute(tx);
}

/** Returns the shares of a class that a holder has, as a decimal. */
export async function findPosition(read: TenantRead, holder: string, securityClass: string): Promise<string> {
  const { rows } = await sql<{ held: string }>`
    select coalesce(sum(delta), 0)::text as held from position_entries
    where shareholder_id = ${holder} and security_class = ${securityClass}`.execute(read);
  return canonicalDecimal(rows[0]?.held ?? '0');
}

/** Lists the classes of which a holder has shares. */
export async function listClassesHeld(read: TenantRead, holder: string): Promise<string[]> {
  const { rows } = await sql<{ security_class: string }>`
    select security_class from position_entries where shareholder_id = ${holder}
    group by security_class having sum(delta) <> 0 order by security_class`.execute(read);
  return rows.map(({ security_class }) => security_class);
}

/** Tells whether a holder has so many shares of a class. */
export async function isHeld(
  tx: TenantTx,
  { holder, securityClass, shares }: { holder: string; securityClass: string; shares: string },
): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select coalesce(sum(delta), 0) >= ${shares}::numeric as held from position_entries
    where shareholder_id = ${holder} and security_class = ${securityClass}`.execute(tx);
  return rows[0]?.held === true;
}

/** Tells whether a holder has had so many shares of a class at the close of a day, and of every later one. */
export async function isHeldSince(
  tx: TenantTx,
  {
    holder,
    securityClass,
    shares,
    since,
  }: { holder: string; securityClass: string; shares: string; since: string },
): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`
    select coalesce(min(closing), 0) >= ${shares}::numeric as held from (
      select sum(sum(delta)) over (order by day) as closing from (
        select delta, greatest(effective_date, ${since}::date) as day from position_entries
        where shareholder_id = ${holder} and security_class = ${securityClass}) as entries
      group by day) as days`.execute(tx);
  return rows[0]?.held === true;
}

/** Microseconds are kept: a `Date` would lose the order of neighbouring entries. */
const recordedAt = sql<string>`to_char(recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('recorded');

const COLUMNS = ['id', 'security_class', 'delta', 'effective_date', 'reason', 'source'] as const;
export type PositionRow = Pick<Selectable<PositionEntries>, (typeof COLUMNS)[number]> & { recorded: string };

export function toPositionEntry(row: PositionRow): z.infer<typeof PositionEntry> {
  return {
    id: String(row.id),
    security_class: row.security_class,
    delta: canonicalDecimal(row.delta),
    effective_date: row.effective_date,
    recorded_at: row.recorded,
    reason: row.reason,
    source: row.source,
  };
}

export const positionOf = (row: PositionRow): [string, string] => [row.recorded, String(row.id)];

/** Newest first by the time of recording; ids come from blocks that sessions reserve and only break ties. */
export function listPositions(
  read: TenantRead,
  shareholderId: string,
  query: PageRequest & { as_of?: Day | undefined; security_class?: string | undefined },
): Promise<PositionRow[]> {
  const { limit, cursor, as_of, security_class } = query;
  let entries = read
    .selectFrom('position_entries')
    .select([...COLUMNS, recordedAt])
    .where('shareholder_id', '=', shareholderId)
    .orderBy('recorded_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (as_of !== undefined) entries = entries.where('effective_date', '<=', as_of);
  if (security_class !== undefined) entries = entries.where('security_class', '=', security_class);
  if (cursor !== undefined) {
    const [recorded, id] = decodeCursor(cursor, ['instant', 'integer']);
    entries = entries.where(sql<boolean>`(recorded_at, id) < (${recorded}::timestamptz, ${id}::bigint)`);
  }
  return entries.execute();
}
