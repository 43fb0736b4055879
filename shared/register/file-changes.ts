import { CompiledQuery } from 'kysely';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** A file of holders compared with the register, before it is loaded. It reads `staged_rows`, as the load does. */

/** The changes that a file would make, as people see them. */
export interface FileChanges {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly by_class: readonly {
    readonly security_class: string;
    readonly before: string;
    readonly after: string;
    /** Shares that leave holders or come to them, whichever are more. */
    readonly moved: string;
  }[];
  readonly largest: readonly ShownChange[];
}

interface ShownChange {
  readonly line: number;
  readonly external_ref: string;
  readonly before: string;
  readonly after: string;
}

/** A holder whom a file would enter, or change in name or shares. */
export interface HolderChange extends ShownChange {
  readonly previous_name: string | null;
  readonly name: string;
}

const LARGEST = 20;

const COMPARED = `(
  select s.n, s.line, s.external_ref, s.name, h.name as previous_name, coalesce(h.holdings, 0) - s.other_classes as before,
    s.holdings::numeric(28, 8) as after, s.holdings::numeric(28, 8) + s.other_classes - coalesce(h.holdings, 0) as difference,
    s.speaks_of_email and h.email is distinct from s.email as has_other_email
  from staged_rows s left join shareholders h on h.tenant_id = $1 and h.external_ref = s.external_ref
  where s.error_code is null) as c`;

const MOVED = `greatest(coalesce(sum(difference) filter (where difference > 0), 0),
  coalesce(-sum(difference) filter (where difference < 0), 0))::text`;

const IS_CHANGED = 'previous_name is null or previous_name <> name or difference <> 0';

/** Returns the shares that leave holders or come to them, whichever are more, if the file is loaded. */
export async function sharesMoved(tx: TenantTx, tenantId: TenantId): Promise<string> {
  const { rows } = await tx
    .getExecutor()
    .executeQuery<{ moved: string }>(
      CompiledQuery.raw(`select ${MOVED} as moved from ${COMPARED}`, [tenantId]),
    );
  return rows[0]?.moved ?? '0';
}

interface Sums extends Pick<FileChanges, 'created' | 'changed' | 'unchanged'> {
  readonly before: string;
  readonly after: string;
  readonly moved: string;
}

/** Compares the file with the register at an instant before which everything is committed. */
export async function compareFile(
  session: TenantSession,
  tenantId: TenantId,
): Promise<{ readonly shownAt: string; readonly changes: FileChanges }> {
  const values = [tenantId];
  const first = await session.run([{ text: `select settled_instant('5s')::text as "shownAt"` }]);
  const [sums, largest] = await session.run([
    {
      text: `select count(*) filter (where previous_name is null)::integer as created,
          count(*) filter (where previous_name is not null and (${IS_CHANGED} or has_other_email))::integer as changed,
          count(*) filter (where not (${IS_CHANGED} or has_other_email))::integer as unchanged,
          issued::text as before, (issued + coalesce(sum(difference), 0))::text as after, ${MOVED} as moved
        from ${COMPARED} right join (
          select coalesce(sum(delta), 0) as issued from issuance_entries
          where tenant_id = $1 and security_class = '${DEFAULT_SECURITY_CLASS}') as i on true
        group by issued`,
      values,
    },
    {
      text: `select line, external_ref, before::text, after::text from ${COMPARED}
        where difference <> 0 order by abs(difference) desc, n limit ${LARGEST}`,
      values,
    },
  ]);
  const { before, after, moved, ...counts } = (sums?.rows ?? [])[0] as Sums;
  return {
    shownAt: String(first[0]?.rows[0]?.shownAt),
    changes: {
      ...counts,
      by_class: [
        {
          security_class: DEFAULT_SECURITY_CLASS,
          before: canonicalDecimal(before),
          after: canonicalDecimal(after),
          moved: canonicalDecimal(moved),
        },
      ],
      largest: ((largest?.rows ?? []) as ShownChange[]).map(exact),
    },
  };
}

/** Returns every holder whom the file would enter or change, in the order of the file, a batch at a time. */
export async function* changedHolders(
  session: TenantSession,
  tenantId: TenantId,
): AsyncGenerator<readonly HolderChange[], void> {
  await session.run([
    {
      text: `declare changed_holders cursor with hold for
        select line, external_ref, previous_name, name, before::text, after::text from ${COMPARED.replace('$1', `'${tenantId}'`)}
        where ${IS_CHANGED} order by n`,
    },
  ]);
  for (;;) {
    const [batch] = await session.run([{ text: 'fetch 1000 from changed_holders' }]);
    const rows = (batch?.rows ?? []) as HolderChange[];
    if (rows.length === 0) break;
    yield rows.map(exact);
  }
  await session.run([{ text: 'close changed_holders' }]);
}

function exact<Row extends ShownChange>(row: Row): Row {
  return { ...row, before: canonicalDecimal(row.before), after: canonicalDecimal(row.after) };
}
