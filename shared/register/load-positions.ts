import { CompiledQuery, sql } from 'kysely';
import { Permit } from '#approvals/permit.ts';
import { consecutiveIds, isUuid, type TenantId } from '#kernel/ids.ts';
import { LOCKS } from '#kernel/locks.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { sharesMoved } from './file-changes.ts';
import { exceedsLimit, isFree } from './limits/position-limits.ts';
import {
  FileWaits,
  REFUSE_CLOSED,
  REFUSE_NEW_BEFORE_SPLIT,
  REFUSE_UNNAMED,
  type RegisterLoad,
  RegisterMoved,
  refuseTurnedUp,
} from './load-register.ts';
import { recordPositionChange } from './position-change.ts';
import { sourceOfUpload } from './register-changes.ts';
import { detailsSql } from './staged-details.ts';

/**
 * A file whose rows say of which class the shares are, or on which day they are held, enters the register. It reads the session's
 * temporary table `staged_rows`, as the load of a plain file does, and fills there the class and the day of each row and the shares that
 * its holder has of the class on that day: the row sets these, so what has happened since stays. Only such files pay for it: a plain
 * file is loaded by one statement (`load-register.ts`).
 */

const NAME_POSITIONS = `update staged_rows set class = coalesce(security_class, 'COMMON'),
    day = coalesce(effective_date::date, $1::date, (select today()))
  where error_code is null`;

const REFUSE_UNDECLARED = `update staged_rows s set error_column = 'security_class', error_code = 'unknown-security-class',
    error_message = 'security_class ' || case when s.class ~ '^[A-Z0-9_-]+$' then s.class else 'of the row' end
      || ' is not a declared class; declared are ' || (
        select string_agg(code, ', ' order by code) filter (where place <= 20)
            || case when count(*) > 20 then ' and ' || count(*) - 20 || ' more' else '' end
          from (select code, row_number() over (order by code) as place from security_classes where tenant_id = $1) c) || '.'
  where s.error_code is null and s.security_class is not null
    and not exists (select from security_classes c where c.tenant_id = $1 and c.code = s.class)`;

const REFUSE_FUTURE = `update staged_rows set error_column = 'effective_date', error_code = 'date-out-of-range',
    error_message = 'effective_date must not be after today.'
  where error_code is null and day > (select today())`;

const REFUSE_BEFORE_SPLIT = `update staged_rows s set error_column = 'effective_date', error_code = 'before-split',
    error_message = 'The shares of ' || s.class || ' were split ' || a.numerator || ' for ' || a.denominator || ' as of ' || a.effective_date
      || '. Send the positions of that day or later, in shares after the split, or reverse the split.'
  from corporate_actions a
  where a.tenant_id = $1 and a.state = 'APPLIED' and a.security_class = s.class and a.effective_date > s.day and s.error_code is null`;

const HAS_OTHER_NAME = 's.name <> f.name';
const HAS_OTHER_EMAIL = '(s.speaks_of_email and s.email is distinct from f.email)';

const REFUSE_OTHER_NAMES = `with named as (
    select distinct on (external_ref) external_ref, n, line, name, email, details from staged_rows
    where error_code is null and external_ref in (
      select external_ref from staged_rows where error_code is null group by external_ref having count(*) > 1)
    order by external_ref, n)
  update staged_rows s set error_column = case when ${HAS_OTHER_NAME} then 'name' when ${HAS_OTHER_EMAIL} then 'email' end, error_code = 'conflicting-name',
    error_message = 'The same holder has another ' || case when ${HAS_OTHER_NAME} then 'name' when ${HAS_OTHER_EMAIL} then 'email' else 'name or address in parts' end || ' on line ' || f.line || '.'
  from named f
  where s.external_ref = f.external_ref and s.n > f.n and s.error_code is null
    and (${HAS_OTHER_NAME} or ${HAS_OTHER_EMAIL} or (s.details is not null and s.details is distinct from f.details))`;

const SET_HELD = `update staged_rows s set held = (
    select coalesce(sum(e.delta), 0) from position_entries e
    where e.tenant_id = $1 and e.shareholder_id = h.id and e.security_class = s.class and e.effective_date <= s.day)
  from shareholders h
  where h.tenant_id = $1 and h.external_ref = s.external_ref and s.error_code is null`;

/** Entries of the same class that somebody else has made since the file was received, or shown. */
const IS_OVERTAKEN = `exists (select from position_entries e where e.tenant_id = $1 and e.shareholder_id = h.id
    and e.security_class = s.class and e.recorded_at > $2::timestamptz and not (e.source = any($3::text[])))`;

const REFUSE_OVERTAKEN = `update staged_rows s set error_column = 'holdings', error_code = 'changed-since-received',
    error_message = 'The position has changed since the file was received: the file has ' || s.holdings || ' shares of ' || s.class
      || ', and the register ' || trim_scale(s.held) || '.'
  from shareholders h
  where h.tenant_id = $1 and h.external_ref = s.external_ref and s.error_code is null and ${IS_OVERTAKEN}`;

const REFUSE_RENAMED = `update staged_rows s set error_column = 'name', error_code = 'changed-since-received',
    error_message = 'The holder has changed since the file was shown.'
  from shareholders h
  where h.tenant_id = $1 and h.external_ref = s.external_ref and s.error_code is null and (h.created_at > $2::timestamptz
    or exists (select from shareholder_names m where m.tenant_id = $1 and m.shareholder_id = h.id and m.replaced_at > $2::timestamptz))`;

/** Finds rows whose shares the holder has given away since their day. */
const OVERDRAWN = `select s.n, o.day from staged_rows s
    join shareholders h on h.tenant_id = $1 and h.external_ref = s.external_ref
    cross join lateral (
      select c.day from (
        select e.effective_date as day, sum(e.delta) over (order by e.effective_date) as closing from position_entries e
        where e.tenant_id = $1 and e.shareholder_id = h.id and e.security_class = s.class) c
      where c.day > s.day and c.closing + s.holdings::numeric - s.held < 0 order by c.day limit 1) o
  where s.error_code is null and s.day < (select today()) and s.holdings::numeric < s.held`;

const REFUSE_OVERDRAWN = `update staged_rows s set error_column = 'holdings', error_code = 'insufficient-position',
    error_message = 'With ' || s.holdings || ' shares of ' || s.class || ' on ' || s.day
      || ' the holder would have had fewer than none on ' || o.day || '.'
  from (${OVERDRAWN}) o where o.n = s.n`;

type Judged = Pick<RegisterLoad, 'tenantId' | 'uploadId' | 'shownAt' | 'receivedAt' | 'earlier' | 'asOf'>;

/** Refuses rows that the register as it stands can't take; answers how many. */
export async function judgePositions(session: TenantSession, load: Judged): Promise<number> {
  const { tenantId, asOf } = load;
  await session.run([{ text: NAME_POSITIONS, values: [asOf] }]);
  const values = [tenantId];
  const since = overtaking(load);
  const statements: readonly {
    readonly text: string;
    readonly values?: unknown[];
    readonly refuses?: false;
  }[] = [
    { text: REFUSE_UNDECLARED, values },
    { text: REFUSE_FUTURE },
    { text: REFUSE_BEFORE_SPLIT, values },
    { text: REFUSE_NEW_BEFORE_SPLIT, values: [...values, since[1]] },
    { text: REFUSE_UNNAMED, values },
    { text: REFUSE_OTHER_NAMES },
    { text: REFUSE_CLOSED, values },
    { text: SET_HELD, values, refuses: false },
    { text: REFUSE_OVERTAKEN, values: since },
    ...(load.shownAt === null ? [] : [{ text: REFUSE_RENAMED, values: since.slice(0, 2) }]),
    { text: REFUSE_OVERDRAWN, values },
  ];
  let refused = 0;
  for (const { refuses, ...statement } of statements) {
    const [marked] = await session.run([statement]);
    if (refuses !== false) refused += marked?.rowCount ?? 0;
  }
  return refused;
}

/** A dividend or a meeting whose holders are frozen. */
export interface Frozen {
  readonly what: 'dividend' | 'meeting';
  readonly id: string;
  readonly record_date: string;
}

const TOO_LATE = `select distinct what, id::text as id, record_date::text as record_date from (
    select 'dividend' as what, id, security_class, record_date from frozen_dividends where tenant_id = $1
    union all select 'meeting', id, security_class, record_date from frozen_meetings where tenant_id = $1) f
  where exists (select from staged_rows s where s.error_code is null and s.class = f.security_class and s.day <= f.record_date
    and s.holdings::numeric <> coalesce(s.held, 0))
  order by record_date desc, id limit 50`;

/** Lists what the rows come too late for: their day is not after its record date, and what they change is not in its snapshot. */
export async function findTooLate(session: TenantSession, tenantId: TenantId): Promise<readonly Frozen[]> {
  const [found] = await session.run([{ text: TOO_LATE, values: [tenantId] }]);
  return (found?.rows ?? []) as Frozen[];
}

/** Returns the values of statements that look for newer changes: since a second person has seen the file, or else since it was received. */
function overtaking({ tenantId, uploadId, receivedAt, shownAt, earlier }: Judged): unknown[] {
  const since = shownAt ?? receivedAt;
  const ours = shownAt === null ? [uploadId, ...earlier] : [uploadId];
  return [tenantId, since.toISOString(), ours.map(sourceOfUpload)];
}

/** Holders of the file's rows, locked: from here on nobody changes their positions. */
const LOCK_HOLDERS = `select count(*) from (
  select h.id from shareholders h join staged_rows s on s.external_ref = h.external_ref
  where h.tenant_id = $1 and s.error_code is null for no key update of h) as locked`;

const FIND_MOVED = `select from shareholders h join staged_rows s on s.external_ref = h.external_ref
  where h.tenant_id = $1 and s.error_code is null and (h.status = 'CLOSED' or ${IS_OVERTAKEN}) limit 1`;

interface Group {
  readonly class: string;
  readonly day: string;
}

/**
 * Writes the accepted rows of the session's `staged_rows` to the register, a class and a day at a time: each is a change of
 * positions of its own.
 * @throws FileWaits, RegisterMoved, DomainError `authorized-shares-exceeded`, or `shareholder-exists`: try again
 */
export async function loadPositions(tx: TenantTx, load: RegisterLoad): Promise<void> {
  const { tenantId, uploadId } = load;
  const run = <Row>(text: string, values: readonly unknown[] = []) =>
    tx.getExecutor().executeQuery<Row>(CompiledQuery.raw(text, [...values]));
  await run('select pg_advisory_xact_lock(hashtextextended($1, $2))', [tenantId, LOCKS.registerLoad]);
  await refuseTurnedUp(tx, load);
  await run(LOCK_HOLDERS, [tenantId]);
  await run(SET_HELD, [tenantId]);
  const moved = await run(FIND_MOVED, overtaking(load));
  const overdrawn = await run(`${OVERDRAWN} limit 1`, [tenantId]);
  if (moved.rows.length + overdrawn.rows.length > 0) throw new RegisterMoved();
  const permit = load.permit ?? (await uncontrolled(tx, load));
  const source = sourceOfUpload(uploadId);
  const ids = consecutiveIds();
  const { rows: groups } = await run<Group>(
    'select class, day::text as day from staged_rows where error_code is null group by 1, 2 order by 2, 1',
  );
  for (const { class: security_class, day } of groups) {
    const changeId = await recordPositionChange(
      tx,
      { security_class, effective_date: day, reason: 'upload', source },
      permit,
    );
    await write(tx, { tenantId, security_class, day, changeId, ids, permit, hasDetails: load.hasDetails });
  }
}

/** Asks nobody where the file moves little of each class, or finds no shares at all. */
async function uncontrolled(tx: TenantTx, { tenantId, party }: RegisterLoad): Promise<Permit> {
  if (await isFree(tx, 'FILE')) return Permit.uncontrolled(party);
  for (const { securityClass, shares } of await sharesMoved(tx, tenantId, 'by-position'))
    if (await exceedsLimit(tx, { securityClass, means: 'FILE', party, shares })) throw new FileWaits();
  return Permit.uncontrolled(party);
}

interface Written {
  readonly tenantId: TenantId;
  readonly security_class: string;
  readonly day: string;
  readonly changeId: bigint;
  readonly ids: ReturnType<typeof consecutiveIds>;
  readonly permit: Permit;
  readonly hasDetails: boolean;
}

async function write(
  tx: TenantTx,
  { tenantId, security_class, day, changeId, ids, permit, hasDetails }: Written,
): Promise<void> {
  const details = detailsSql(hasDetails);
  const identifiedBy = isUuid(permit.madeBy) ? permit.madeBy : null;
  await sql`merge into shareholders h
    using (
      select external_ref, name, email, speaks_of_email, holdings::numeric(28, 8) as holdings,
        holdings::numeric(28, 8) - coalesce(held, 0) as difference, (${ids.prefix}::text || to_hex(${ids.first}::bigint + n))::uuid as id${sql.raw(details.source)}
      from staged_rows where error_code is null and class = ${security_class} and day = ${day}::date) s
    on h.tenant_id = ${tenantId} and h.external_ref = s.external_ref
    when matched and (h.name <> s.name or s.difference <> 0 or (s.speaks_of_email and h.email is distinct from s.email)
        or ${sql.raw(details.differs)})
      then update set name = s.name, holdings = h.holdings + s.difference, email = case when s.speaks_of_email then s.email else h.email end,
        position_change_id = ${changeId}, version = h.version + 1, updated_at = now(),
        identified_by = case when h.name <> s.name or ${sql.raw(details.isSomebodyElse)} then ${identifiedBy}::uuid else h.identified_by end${sql.raw(details.set)}
    when not matched then insert (tenant_id, id, external_ref, name, email, holdings, position_change_id, identified_by${sql.raw(details.columns)})
      values (${tenantId}, s.id, s.external_ref, s.name, s.email, s.holdings, ${changeId}, ${identifiedBy}::uuid${sql.raw(details.values)})`.execute(
    tx,
  );
}
