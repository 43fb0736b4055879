import { CompiledQuery } from 'kysely';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DomainError } from '#kernel/domain-error.ts';
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
  /** Positions in the classes of the file that no row of it names; they stay. Files that waited before this was counted have none. */
  readonly absent?: number;
  readonly by_class: readonly {
    readonly security_class: string;
    readonly before: string;
    readonly after: string;
    /** Shares that leave holders or come to them, whichever are more. */
    readonly moved: string;
  }[];
  readonly largest: readonly ShownChange[];
  /** New holders whose references could be taken for another's. */
  readonly look_alikes?: readonly LookAlike[];
}

interface LookAlike {
  readonly line: number;
  readonly external_ref: string;
  readonly like: string;
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
const MOST_LOOK_ALIKES = 50;

/** Rows that were refused are there all the same, whatever their class. */
const ABSENT = `select count(*)::integer as absent from (
    select shareholder_id, security_class from position_entries where tenant_id = $1 and security_class = any($2::text[])
    group by shareholder_id, security_class having sum(delta) <> 0) p
  join shareholders h on h.tenant_id = $1 and h.id = p.shareholder_id
  where not exists (select from staged_rows s where s.external_ref = h.external_ref
    and (s.error_code is not null or s.class is null or s.class = p.security_class))`;

/** Returns a reference as people see it: without case, widths and leading zeros of its numbers. */
const seen = (ref: string) =>
  `regexp_replace(lower(normalize(${ref}, NFKC)), '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')`;

const LOOK_ALIKES = `with refs as (
    select external_ref, ${seen('external_ref')} as seen from shareholders where tenant_id = $1 and status = 'ACTIVE'
    union select external_ref, ${seen('external_ref')} from staged_rows where error_code is null),
  alike as (
    select seen from refs group by seen having count(*) > 1)
  select distinct on (s.n) s.line, s.external_ref, r.external_ref as "like"
  from staged_rows s join refs mine on mine.external_ref = s.external_ref join alike a on a.seen = mine.seen
    join refs r on r.seen = mine.seen and r.external_ref <> s.external_ref
  where s.error_code is null and not exists (
    select from shareholders h where h.tenant_id = $1 and h.external_ref = s.external_ref)
  order by s.n, r.external_ref limit ${MOST_LOOK_ALIKES}`;

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
  readonly authorized: string | null;
  readonly exceeds: boolean | null;
}

/**
 * Compares the file with the register at an instant before which everything is committed.
 * @throws DomainError `authorized-shares-exceeded`
 */
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
      text: `select security_class, created, changed, unchanged, moved, issued::text as before, (issued + difference)::text as after,
          trim_scale(k.authorized)::text as authorized, difference > 0 and issued + difference > k.authorized as exceeds from (
          select class as security_class, count(*) filter (where previous_name is null)::integer as created,
            count(*) filter (where previous_name is not null and (${IS_CHANGED} or has_other_email))::integer as changed,
            count(*) filter (where not (${IS_CHANGED} or has_other_email))::integer as unchanged,
            sum(difference) as difference, ${MOVED} as moved
          from ${compared} group by class) as c
        cross join lateral (
          select coalesce(sum(delta), 0) as issued from issuance_entries i
          where i.tenant_id = $1 and i.security_class = c.security_class) as i
        left join security_classes k on k.tenant_id = $1 and k.code = c.security_class
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
  for (const { security_class, after, authorized, exceeds } of classes)
    if (exceeds === true)
      throw new DomainError(
        'authorized-shares-exceeded',
        `${canonicalDecimal(after)} shares of ${security_class} would be issued, and ${authorized} are authorized.`,
      );
  const [absent, alike] = await session.run([
    { text: ABSENT, values: [tenantId, classes.map(({ security_class }) => security_class)] },
    { text: LOOK_ALIKES, values },
  ]);
  const total = (count: 'created' | 'changed' | 'unchanged') =>
    classes.reduce((sum, { [count]: one }) => sum + one, 0);
  return {
    shownAt: String(first[0]?.rows[0]?.shownAt),
    changes: {
      created: total('created'),
      changed: total('changed'),
      unchanged: total('unchanged'),
      absent: Number(absent?.rows[0]?.absent),
      by_class: classes.map(({ security_class, before, after, moved }) => ({
        security_class,
        before: canonicalDecimal(before),
        after: canonicalDecimal(after),
        moved: canonicalDecimal(moved),
      })),
      largest: ((largest?.rows ?? []) as ShownChange[]).map(exact),
      look_alikes: (alike?.rows ?? []) as LookAlike[],
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
