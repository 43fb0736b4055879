import { CompiledQuery } from 'kysely';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DomainError } from '#kernel/domain-error.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { ABSENT_LINE } from './replace-register.ts';
import { detailsSql } from './staged-details.ts';

/**
 * A file of holders compared with the register, before it is loaded. It reads `staged_rows`, as the load does. A file that names classes or
 * days is compared by what `load-positions.ts` has filled in there; a plain one sets the default class today.
 */

/** The changes that a file would make, as people see them. */
export interface FileChanges {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /**
   * Positions in the classes of the file that no row of it names. They stay, unless the file replaces the register: then they are set to zero.
   * Files that waited before this was counted have none.
   */
  readonly absent?: number;
  readonly by_class: readonly {
    readonly security_class: string;
    readonly before: string;
    readonly after: string;
    /** Shares that leave holders or come to them, whichever are more. */
    readonly moved: string;
  }[];
  /** Absent where everything is new. */
  readonly largest?: readonly ShownChange[];
  /** New holders whose references could be taken for another's. Absent where nobody has looked for them. */
  readonly look_alikes?: readonly LookAlike[];
}

interface LookAlike {
  readonly line: number;
  readonly external_ref: string;
  readonly like: string;
}

interface ShownChange {
  /** Null: of a position that the file doesn't name. */
  readonly line: number | null;
  readonly external_ref: string;
  readonly before: string;
  readonly after: string;
}

/** A holder whom a file would enter, or change in name or shares. */
export interface HolderChange extends ShownChange {
  readonly security_class: string;
  /** Null: today. */
  readonly day: string | null;
  readonly previous_name: string | null;
  readonly name: string;
}

const LARGEST = 20;
const MOST_LOOK_ALIKES = 50;

/** A small file is compared with the whole register too, which statistics that don't know it yet take for a few rows. It holds for the transaction. */
const AS_SETS = { text: 'set local enable_nestloop = off' };

/** Rows that were refused are there all the same, whatever their class. */
const ABSENT = `select count(*)::integer as absent from (
    select shareholder_id, security_class from position_entries where tenant_id = $1 and security_class = any($2::text[])
    group by shareholder_id, security_class having sum(delta) <> 0) p
  join shareholders h on h.tenant_id = $1 and h.id = p.shareholder_id
  where not exists (select from staged_rows s where s.external_ref = h.external_ref
    and (s.error_code is not null or s.class is null or s.class = p.security_class))`;

/**
 * Returns a reference as people see it: without case, widths, leading zeros of its numbers, and what spreadsheets write around a text
 * (`="007"`, `'007`).
 */
const seen = (ref: string) =>
  `regexp_replace(translate(lower(normalize(${ref}, NFKC)), '="''', ''), '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')`;

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
  select '${DEFAULT_SECURITY_CLASS}' as class, null as day, s.n, nullif(s.line, ${ABSENT_LINE}) as line, s.external_ref, s.name, h.name as previous_name, coalesce(h.holdings, 0) - s.other_classes as before,
    s.holdings::numeric(28, 8) as after, s.holdings::numeric(28, 8) + s.other_classes - coalesce(h.holdings, 0) as difference,
    (s.speaks_of_email and h.email is distinct from s.email) or coalesce(${detailsSql(true).differs}, false) as has_other_details
  from staged_rows s left join shareholders h on h.tenant_id = $1 and h.external_ref = s.external_ref
  where s.error_code is null) as c`;

const BY_POSITION = `(
  select s.class, s.day::text as day, s.n, nullif(s.line, ${ABSENT_LINE}) as line, s.external_ref, s.name, h.name as previous_name, coalesce(s.held, 0) as before,
    s.holdings::numeric(28, 8) as after, s.holdings::numeric(28, 8) - coalesce(s.held, 0) as difference,
    (s.speaks_of_email and h.email is distinct from s.email) or coalesce(${detailsSql(true).differs}, false) as has_other_details
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
  readonly zeroed: number;
  readonly security_class: string;
  readonly before: string;
  readonly after: string;
  readonly moved: string;
  readonly authorized: string | null;
  readonly exceeds: boolean | null;
}

/** Returns an instant before which everything is committed: a file that is compared afterwards was shown as of it. */
export async function instantShown(session: TenantSession): Promise<string> {
  const [first] = await session.run([{ text: `select settled_instant('5s')::text as "shownAt"` }]);
  return String(first?.rows[0]?.shownAt);
}

interface Compared {
  readonly tenantId: TenantId;
  readonly naming: Naming;
  /** Whether the positions that the file doesn't name are among its rows, to be set to zero. */
  readonly replaces: boolean;
}

/**
 * Compares the file with the register.
 * @throws DomainError `authorized-shares-exceeded`
 */
export async function compareFile(
  session: TenantSession,
  { tenantId, naming, replaces }: Compared,
): Promise<FileChanges> {
  const values = [tenantId];
  const compared = COMPARED[naming];
  const [sums, largest] = await session.run([
    {
      text: `select security_class, created, changed, unchanged, zeroed, moved, issued::text as before, (issued + difference)::text as after,
          trim_scale(k.authorized)::text as authorized, difference > 0 and issued + difference > k.authorized as exceeds from (
          select class as security_class, count(*) filter (where previous_name is null)::integer as created,
            count(*) filter (where line is not null and previous_name is not null and (${IS_CHANGED} or has_other_details))::integer as changed,
            count(*) filter (where line is not null and not (${IS_CHANGED} or has_other_details))::integer as unchanged,
            count(*) filter (where line is null)::integer as zeroed,
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
  const total = (count: 'created' | 'changed' | 'unchanged' | 'zeroed') =>
    classes.reduce((sum, { [count]: one }) => sum + one, 0);
  const created = total('created');
  const named = classes.map(({ security_class }) => security_class);
  return {
    created,
    changed: total('changed'),
    unchanged: total('unchanged'),
    absent: replaces ? total('zeroed') : await countAbsent(session, tenantId, named),
    by_class: classes.map(({ security_class, before, after, moved }) => ({
      security_class,
      before: canonicalDecimal(before),
      after: canonicalDecimal(after),
      moved: canonicalDecimal(moved),
    })),
    largest: ((largest?.rows ?? []) as ShownChange[]).map(exact),
    // A pass over every reference of the register, for nothing where the file brings no new one.
    look_alikes: created === 0 ? [] : await findLookAlikes(session, tenantId),
  };
}

async function countAbsent(
  session: TenantSession,
  tenantId: TenantId,
  classes: readonly string[],
): Promise<number> {
  const [, absent] = await session.run([AS_SETS, { text: ABSENT, values: [tenantId, classes] }]);
  return Number(absent?.rows[0]?.absent);
}

async function findLookAlikes(session: TenantSession, tenantId: TenantId): Promise<LookAlike[]> {
  const [, alike] = await session.run([AS_SETS, { text: LOOK_ALIKES, values: [tenantId] }]);
  return (alike?.rows ?? []) as LookAlike[];
}

/** Returns what a plain file has changed that was loaded into a register without any holder. */
export async function openingChanges(
  tx: TenantTx,
  { tenantId, rows }: { readonly tenantId: TenantId; readonly rows: number },
): Promise<FileChanges> {
  const text = `select coalesce(sum(delta), 0)::text as after from issuance_entries where tenant_id = $1 and security_class = $2`;
  const { rows: found } = await tx
    .getExecutor()
    .executeQuery<{ after: string }>(CompiledQuery.raw(text, [tenantId, DEFAULT_SECURITY_CLASS]));
  const after = canonicalDecimal(String(found[0]?.after));
  return {
    ...{ created: rows, changed: 0, unchanged: 0, absent: 0 },
    by_class: [{ security_class: DEFAULT_SECURITY_CLASS, before: '0', after, moved: after }],
  };
}

/** Returns every holder whom the file would enter or change, in the order of the file, a batch at a time. */
export async function* changedHolders(
  session: TenantSession,
  { tenantId, naming }: Pick<Compared, 'tenantId' | 'naming'>,
): AsyncGenerator<readonly HolderChange[], void> {
  await session.run([
    {
      text: `declare changed_holders cursor with hold for
        select line, external_ref, class as security_class, day, previous_name, name, before::text, after::text from ${COMPARED[naming].replace('$1', `'${tenantId}'`)}
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
