import type { TenantId } from '#kernel/ids.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';

/**
 * A file may stand for the whole register in the classes that it names. The positions that it doesn't name become rows of the session's
 * `staged_rows` which set them to zero. Whatever judges, compares and loads the rows of a file so treats them as it does those that people wrote.
 */

/** The line of a row that no file has. */
export const ABSENT_LINE = 0;

/** Positions of the day, in the classes of the file's rows, that none of them names: one that was refused names its position all the same. */
const ABSENT = `(
    select shareholder_id, security_class from position_entries
    where tenant_id = $1 and effective_date <= coalesce($2::date, (select max(effective_date::date) from staged_rows where error_code is null), (select today())) and security_class in (
      select coalesce(security_class, 'COMMON') from staged_rows where error_code is null)
    group by shareholder_id, security_class having sum(delta) <> 0) p
  join shareholders h on h.tenant_id = $1 and h.id = p.shareholder_id
  left join staged_rows s on s.external_ref = h.external_ref and coalesce(s.security_class, 'COMMON') = p.security_class`;

// A holder who has another row is called what that row says.
const STAGE = `insert into staged_rows (n, line, external_ref, name, holdings, security_class, effective_date, speaks_of_email, out_of_order)
  select (select max(n) from staged_rows) + row_number() over (order by h.external_ref, p.security_class), ${ABSENT_LINE},
    h.external_ref, coalesce(f.name, h.name), '0', p.security_class, (select max(effective_date) from staged_rows where error_code is null), false, true
  from ${ABSENT}
  left join (
    select distinct on (external_ref) external_ref, name from staged_rows where error_code is null order by external_ref, n) f
    on f.external_ref = h.external_ref
  where s.n is null`;

const COUNT = `select count(*)::integer as staged, count(error_code)::integer as kept from staged_rows where line = ${ABSENT_LINE}`;

/** A position that has turned up since, and that the file doesn't name. */
export const FIND_UNSTAGED = `select from ${ABSENT} where s.n is null limit 1`;

interface Replaced {
  readonly tenantId: TenantId;
  readonly asOf: string | null;
}

/** Stages a row for each position that the file doesn't name, in the place of those of an earlier attempt. */
export async function stageAbsent(session: TenantSession, { tenantId, asOf }: Replaced): Promise<void> {
  await session.run([
    { text: `delete from staged_rows where line = ${ABSENT_LINE}` },
    { text: STAGE, values: [tenantId, asOf] },
  ]);
}

/** Counts these rows, and those among them that were refused: their positions are newer than the file, and stay. */
export async function countStagedAbsent(
  session: TenantSession,
): Promise<{ readonly staged: number; readonly kept: number }> {
  const [counted] = await session.run([{ text: COUNT }]);
  return counted?.rows[0] as { staged: number; kept: number };
}
