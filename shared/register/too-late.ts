import { sql } from 'kysely';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { Frozen } from './load-positions.ts';

/** An answer names as many; they are the newest. */
const MOST_NAMED = 50;

/** Lists what a change of positions comes too late for: it takes effect by the record date of what is frozen already. */
export async function listTooLate(
  read: TenantRead,
  change: {
    /** Absent: any. */
    readonly security_class?: string | undefined;
    readonly effective_date: string;
  },
): Promise<Frozen[]> {
  const { rows } = await sql<Frozen>`select what, id::text as id, record_date::text as record_date from (
      select 'dividend' as what, id, security_class, record_date from frozen_dividends
      union all select 'meeting', id, security_class, record_date from frozen_meetings) f
    where security_class = coalesce(${change.security_class ?? null}::text, security_class) and record_date >= ${change.effective_date}::date
    order by record_date desc, id limit ${MOST_NAMED}`.execute(read);
  return rows;
}
