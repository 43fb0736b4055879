import { CompiledQuery } from 'kysely';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/**
 * A file of holders compared with the register, before it is loaded. It reads `staged_rows`, as the load does. A file that names classes or
 * days is compared by what `load-positions.ts` has filled in there; a plain one sets the default class today.
 */

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
  readonly security_class: string;
  readonly previous_name: string | null;
  readonly name: string;
}

const LARGEST = 20;

const PLAIN = `(
  select '${DEFAULT_SECURITY_CLASS}' as class, s.n, s.line, s.external_ref, s.name, h.name as previous_name, coalesce(h.holdings, 0) - s.other_classes as before,
    s.holdings::numeric(28, 8) as after, s.holdings::numeric(28, 8) + s.other_classes - coalesce(h.holdings, 0) as difference,
    s.speaks_of_email and h.email is distinct from s.email as has_other_email
  from staged_rows s left join shareholders h on h.tenant_id = $1 and h.external_ref = s.external_ref
  where s.error_code is null) as c`;

const BY_POSITION = `(
  select s.class, s.n, s.line, s.external_ref, s.name, h.name as previous_name, coalesce(s.held, 0) as before,
    s.holdings::numeric(28, 8) as after, s.holdings::numeric(28, 8) - coalesce(s.held, 0) as difference,
    s.speaks_of_email and h.email is distinct from s.email as has_other_email
  from staged_rows s left join shareholders h on h.tenant_id = $1 and h.external_ref = s.external_ref
  where s.error_code is null) as c`;

/** The manner in which a file names positions: it sets the default class today, or says of which class and day it speaks. */
export type Naming = 'plain' | 'by-position';

const COMPARED: Readonly<Record<Naming, string>> = { plain: PLAIN, 'by-position': BY_POSITION };

const MOVED = `greatest(coalesce(sum(difference) filter (where difference > 0), 0),
  coalesce(-sum(difference) filter (where difference < 0), 0))::text`;

const IS_CHANGED = 'previous_name is null or previous_name <> name or difference <> 0';

interface MovedShares {
  readonly securityClass: string;
  readonly shares: string;
}

/** Returns the shares of each class that leave holders or come to them, whichever are more, if the file is loaded. */
export async function sharesMoved(
  tx: TenantTx,
  tenantId: TenantId,
  naming: Naming,
): Promise<readonly MovedShares[]> {
  const text = `select class as "securityClass", ${MOVED} as shares from ${COMPARED[naming]} group by class order by class`;
  const { rows } = await tx.getExecutor().executeQuery<MovedShares>(CompiledQuery.raw(text, [tenantId]));
  return rows;
}

interface Sums extends Pick<FileChanges, 'created' | 'changed' | 'unchanged'> {
  readonly security_class: string;
  readonly before: string;
  readonly after: string;
  readonly moved: string;
}

/** Compares the file with the register at an instant before which everything is committed. */
export async function compareFile(
  session: TenantSession,
  tenantId: TenantId,
  naming: Naming,
): Promise<{ readonly shownAt: string; readonly changes: FileChanges }> {
  const values = [tenantId];
  const first = await session.run([{ text: `select settled_instant('5s')::text as "shownAt"` }]);
  const compared = COMPARED[naming];
  const [sums, largest] = await session.run([
    {
      text: `select security_class, created, changed, unchanged, moved, issued::text as before, (issued + difference)::text as after from (
          select class as security_class, count(*) filter (where previous_name is null)::integer as created,
            count(*) filter (where previous_name is not null and (${IS_CHANGED} or has_other_email))::integer as changed,
            count(*) filter (where not (${IS_CHANGED} or has_other_email))::integer as unchanged,
            sum(difference) as difference, ${MOVED} as moved
          from ${compared} group by class) as c
        cross join lateral (
          select coalesce(sum(delta), 0) as issued from issuance_entries i
          where i.tenant_id = $1 and i.security_class = c.security_class) as i
        order by 1`,
      values,
    },
    {
      text: `select line, external_ref, before::text, after::text from ${compared}
        where difference <> 0 order by abs(difference) desc, n limit ${LARGEST}`,
      values,
    },
  ]);
  const classes = (sums?.rows ?? []) as Sums[];
  const total = (count: 'created' | 'changed' | 'unchanged') =>
    classes.reduce((sum, { [count]: one }) => sum + one, 0);
  return {
    shownAt: String(first[0]?.rows[0]?.shownAt),
    changes: {
      created: total('created'),
      changed: total('changed'),
      unchanged: total('unchanged'),
      by_class: classes.map(({ security_class, before, after, moved }) => ({
        security_class,
        before: canonicalDecimal(before),
        after: canonicalDecimal(after),
        moved: canonicalDecimal(moved),
      })),
      largest: ((largest?.rows ?? []) as ShownChange[]).map(exact),
    },
  };
}

/** Returns every holder whom the file would enter or change, in the order of the file, a batch at a time. */
export async function* changedHolders(
  session: TenantSession,
  tenantId: TenantId,
  naming: Naming,
): AsyncGenerator<readonly HolderChange[], void> {
  await session.run([
    {
      text: `declare changed_holders cursor with hold for
        select line, external_ref, class as security_class, previous_name, name, before::text, after::text from ${COMPARED[naming].replace('$1', `'${tenantId}'`)}
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
