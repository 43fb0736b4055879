import { CompiledQuery, sql } from 'kysely';
import { Permit } from '#approvals/permit.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import { consecutiveIds, isUuid, type TenantId } from '#kernel/ids.ts';
import { LOCKS } from '#kernel/locks.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { sharesMoved } from './file-changes.ts';
import { exceedsLimit, isFree } from './limits/position-limits.ts';
import { recordPositionChange } from './position-change.ts';
import { sourceOfUpload } from './register-changes.ts';
import { FIND_UNSTAGED } from './replace-register.ts';
import { detailsSql } from './staged-details.ts';

/**
 * A file of holders enters the register. It reads the session's temporary table `staged_rows` (n, external_ref, name, email,
 * speaks_of_email, holdings, error_*), and marks there the rows that the register can't take. A row states the shares of one class, the
 * default one; `other_classes` is filled here with the shares that its holder has in others, which stay.
 */

/** A holder was closed while the file was being staged: its row must be refused, and the rest tried again. */
export class RegisterMoved extends Error {
  constructor() {
    super('the register changed while a file was being loaded into it');
    this.name = 'RegisterMoved';
  }
}

/** The file moves more shares than the tenant lets a file move without a second person. Nothing was written. */
export class FileWaits extends Error {
  constructor() {
    super('the file waits for a second person');
    this.name = 'FileWaits';
  }
}

// Hardly a register has what the next two look for. Asked first whether there is any, by index, they read the file's rows only
// where they must: statistics that don't know the tenant yet would have them sorted.
export const REFUSE_CLOSED = `update staged_rows s set error_column = 'external_ref', error_code = 'holder-closed',
    error_message = 'The holder with this external_ref is closed: reopen it with POST /shareholders/{id}/reopen.'
  from shareholders h
  where exists (select from shareholders where tenant_id = $1 and status = 'CLOSED')
    and h.tenant_id = $1 and h.status = 'CLOSED' and h.external_ref = s.external_ref and s.error_code is null`;

// A row of a holder of several classes must say which it sets.
export const REFUSE_UNNAMED = `update staged_rows s set error_column = 'security_class', error_code = 'security-class-required',
    error_message = 'The holder has shares of ' || several.classes || ': the row must say by security_class which it sets.'
  from shareholders h join (
    select shareholder_id, string_agg(security_class, ', ' order by security_class) as classes from (
      select shareholder_id, security_class from position_entries
      where tenant_id = $1 and shareholder_id in (
        select shareholder_id from position_entries where tenant_id = $1 and security_class <> '${DEFAULT_SECURITY_CLASS}')
      group by shareholder_id, security_class having sum(delta) <> 0) held
    group by shareholder_id having count(*) > 1) several on several.shareholder_id = h.id
  where exists (select from position_entries where tenant_id = $1 and security_class <> '${DEFAULT_SECURITY_CLASS}')
    and h.tenant_id = $1 and h.external_ref = s.external_ref and s.error_code is null and s.security_class is null`;

const OTHER_CLASSES = `shareholders h join (
    select shareholder_id, sum(delta) as held from position_entries
    where tenant_id = $1 and security_class <> '${DEFAULT_SECURITY_CLASS}' group by shareholder_id) other on other.shareholder_id = h.id
  where exists (select from position_entries where tenant_id = $1 and security_class <> '${DEFAULT_SECURITY_CLASS}')
    and h.tenant_id = $1`;

const SET_OTHER_CLASSES = `update staged_rows s set other_classes = other.held
  from ${OTHER_CLASSES} and h.external_ref = s.external_ref and s.error_code is null and s.other_classes <> other.held`;

/** Finds a holder whose shares in other classes have changed since they were looked up: the rows that are written are locked now. */
const FIND_OTHER_CLASSES = `select from ${OTHER_CLASSES}
    and exists (select from staged_rows s where s.external_ref = h.external_ref and s.error_code is null and s.other_classes <> other.held)
  limit 1`;

// A second person has approved what they saw. A transaction runs for at most fifteen minutes after the instant that it writes as updated_at.
const IS_NEWER = `h.updated_at > $2::timestamptz - interval '15 minutes' and (
  exists (select from position_entries e where e.tenant_id = $1 and e.shareholder_id = h.id
    and e.recorded_at > $2::timestamptz and e.source <> $3)
  or exists (select from shareholder_names m where m.tenant_id = $1 and m.shareholder_id = h.id and m.replaced_at > $2::timestamptz)
  or h.created_at > $2::timestamptz)`;

// Asked first whether anybody has changed positions since, which nearly nobody has, the load looks at no holder for it.
const IS_OVERTAKEN = `exists (select from position_changes c where c.tenant_id = $1 and c.created_at > $2::timestamptz
    and not (c.source = any($3::text[])))
  and h.updated_at > $2::timestamptz
  and exists (select from position_entries e where e.tenant_id = $1 and e.shareholder_id = h.id
    and e.security_class = '${DEFAULT_SECURITY_CLASS}' and e.recorded_at > $2::timestamptz and not (e.source = any($3::text[])))`;

const REFUSE_OVERTAKEN = `update staged_rows s set error_column = 'holdings', error_code = 'changed-since-received',
    error_message = 'The holder has changed since the file was received: the file has ' || s.holdings || ' shares, and the register '
      || trim_scale(h.holdings - s.other_classes) || '.'
  from shareholders h
  where h.tenant_id = $1 and h.external_ref = s.external_ref and s.error_code is null and ${IS_OVERTAKEN}`;

const FIND_OVERTAKEN = `select from shareholders h join staged_rows s on s.external_ref = h.external_ref
  where h.tenant_id = $1 and s.error_code is null and ${IS_OVERTAKEN} limit 1`;

const REFUSE_NEWER = `update staged_rows s set error_column = 'holdings', error_code = 'changed-since-received',
    error_message = 'The holder has changed since the file was shown: the file has ' || s.holdings || ' shares, and the register '
      || trim_scale(h.holdings - s.other_classes) || '.'
  from shareholders h
  where h.tenant_id = $1 and h.external_ref = s.external_ref and s.error_code is null and ${IS_NEWER}`;

/** A holder whom the register doesn't have has shares in a file that was received before the split: they would be entered as shares after it. */
export const REFUSE_NEW_BEFORE_SPLIT = `update staged_rows s set error_column = 'holdings', error_code = 'changed-since-received',
    error_message = 'The shares of ' || a.security_class || ' were split as of ' || a.effective_date || ' after the file was received.'
  from corporate_actions a
  where a.tenant_id = $1 and a.state = 'APPLIED' and a.applied_at > $2::timestamptz and a.security_class = coalesce(s.security_class, 'COMMON')
    and s.error_code is null and s.holdings::numeric <> 0
    and not exists (select from shareholders h where h.tenant_id = $1 and h.external_ref = s.external_ref)`;

/**
 * Refuses rows that the register as it stands can't take, or, of a file that was approved, that the register has moved past; answers how
 * many.
 */
export async function judgeRegister(
  session: TenantSession,
  load: Overtaking & Pick<RegisterLoad, 'shownAt'>,
): Promise<number> {
  const { tenantId, uploadId, shownAt } = load;
  const values = [tenantId];
  await session.run([{ text: SET_OTHER_CLASSES, values }]);
  const statements = [
    { text: REFUSE_CLOSED, values },
    { text: REFUSE_UNNAMED, values },
    { text: REFUSE_NEW_BEFORE_SPLIT, values: [tenantId, (shownAt ?? load.receivedAt).toISOString()] },
    ...(shownAt === null
      ? [{ text: REFUSE_OVERTAKEN, values: overtaking(load) }]
      : [{ text: REFUSE_NEWER, values: [tenantId, shownAt.toISOString(), sourceOfUpload(uploadId)] }]),
  ];
  let refused = 0;
  for (const statement of statements) {
    const [marked] = await session.run([statement]);
    refused += marked?.rowCount ?? 0;
  }
  return refused;
}

type Overtaking = Pick<RegisterLoad, 'tenantId' | 'uploadId' | 'receivedAt' | 'earlier'>;

/** Returns the values of statements that look for changes since a file was received; earlier files and the file itself make none. */
function overtaking({ tenantId, uploadId, receivedAt, earlier }: Overtaking): unknown[] {
  return [tenantId, receivedAt.toISOString(), [uploadId, ...earlier].map(sourceOfUpload)];
}

export interface RegisterLoad {
  readonly tenantId: TenantId;
  readonly uploadId: string;
  /** Whether the rows follow each other as the keys they get do. */
  readonly inOrder: boolean;
  /** The user whose file it is. */
  readonly party: string;
  /** The leave of a second person, where one has approved the file. */
  readonly permit: Permit | undefined;
  /** The instant as of which that person saw what the file changes. */
  readonly shownAt: Date | null;
  /** The instant at which the file was received. Nothing that came later is undone. */
  readonly receivedAt: Date;
  /** The uploads that were received before, and have ended since. */
  readonly earlier: readonly string[];
  /** The day on which the file's holders have its shares. Null: today, unless their rows say another. */
  readonly asOf: string | null;
  /** Whether the file stands for the whole register: `staged_rows` has the positions that it doesn't name. */
  readonly replaces: boolean;
  /** Whether rows say more of a holder than the name and the email. */
  readonly hasDetails: boolean;
  /** Whether the register had no holder when the rows were judged, so that nothing was compared. */
  readonly isFirst: boolean;
}

/**
 * Writes the accepted rows of the session's `staged_rows` to the register: new holders, and whatever has changed of known
 * ones. The triggers on `shareholders` write the ledger. Ordered by the key, which is what makes its indexes cheap to grow:
 * rows that come in order need neither sorting nor counting, which is a fourteenth of the whole.
 *
 * MERGE rather than INSERT … ON CONFLICT: a quarter faster for new holders, twice for known ones. What it doesn't promise, to
 * meet with no unique violation when others insert the same reference meanwhile, the caller makes good by doing it again.
 * @throws FileWaits, RegisterMoved, DomainError `shareholder-exists`, `insufficient-position`: try again
 */
export async function loadRegister(tx: TenantTx, load: RegisterLoad): Promise<void> {
  const { tenantId, uploadId, inOrder } = load;
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}::text, ${LOCKS.registerLoad}))`.execute(
    tx,
  );
  await tx.getExecutor().executeQuery(CompiledQuery.raw(SET_OTHER_CLASSES, [tenantId]));
  await refuseTurnedUp(tx, load);
  const permit = load.permit ?? (await uncontrolled(tx, load));
  const source = sourceOfUpload(uploadId);
  const changeId = await recordPositionChange(tx, { reason: 'upload', source }, permit);
  // A file that was dropped has no user.
  const identifiedBy = isUuid(permit.madeBy) ? permit.madeBy : null;
  const ids = consecutiveIds();
  const place = inOrder ? sql`n` : sql`row_number() over (order by external_ref)`;
  const order = inOrder ? sql`` : sql`order by external_ref`;
  const details = detailsSql(load.hasDetails);
  await sql`merge into shareholders h
    using (
      select external_ref, name, email, speaks_of_email, holdings::numeric(28, 8) + other_classes as holdings,
        (${ids.prefix}::text || to_hex(${ids.first}::bigint + ${place}))::uuid as id${sql.raw(details.source)}
      from staged_rows where error_code is null ${order}) s
    on h.tenant_id = ${tenantId} and h.external_ref = s.external_ref
    when matched and h.status = 'ACTIVE' and (
        h.name <> s.name or h.holdings <> s.holdings or (s.speaks_of_email and h.email is distinct from s.email)
        or ${sql.raw(details.differs)})
      then update set name = s.name, holdings = s.holdings, email = case when s.speaks_of_email then s.email else h.email end,
        position_change_id = ${changeId}, version = h.version + 1, updated_at = now(),
        identified_by = case when h.name <> s.name or ${sql.raw(details.isSomebodyElse)} then ${identifiedBy}::uuid else h.identified_by end${sql.raw(details.set)}
    when not matched then insert (tenant_id, id, external_ref, name, email, holdings, position_change_id, identified_by${sql.raw(details.columns)})
      values (${tenantId}, s.id, s.external_ref, s.name, s.email, s.holdings, ${changeId}, ${identifiedBy}::uuid${sql.raw(details.values)})`.execute(
    tx,
  );
  const closed = await sql`select from shareholders h join staged_rows s using (external_ref)
    where exists (select from shareholders where tenant_id = ${tenantId} and status = 'CLOSED')
      and h.tenant_id = ${tenantId} and h.status = 'CLOSED' and s.error_code is null limit 1`.execute(tx);
  const moved = await tx.getExecutor().executeQuery(CompiledQuery.raw(FIND_OTHER_CLASSES, [tenantId]));
  if (closed.rows.length > 0 || moved.rows.length > 0) throw new RegisterMoved();
  if (load.shownAt === null) {
    const overtaken = await tx
      .getExecutor()
      .executeQuery(CompiledQuery.raw(FIND_OVERTAKEN, overtaking(load)));
    if (overtaken.rows.length > 0) throw new RegisterMoved();
  } else await refuseMoved(tx, { tenantId, source, shownAt: load.shownAt });
}

/**
 * Looks once more, under the lock of loads, for positions that the file would have set to zero, and for holders of a register that had none.
 * @throws RegisterMoved
 */
export async function refuseTurnedUp(
  tx: TenantTx,
  { tenantId, asOf, replaces, isFirst }: RegisterLoad,
): Promise<void> {
  const find = (text: string, values: unknown[]) =>
    tx.getExecutor().executeQuery(CompiledQuery.raw(text, values));
  if (isFirst && !(await isEmptyRegister(tx, tenantId))) throw new RegisterMoved();
  if (replaces && (await find(FIND_UNSTAGED, [tenantId, asOf])).rows.length > 0) throw new RegisterMoved();
}

/** Tells whether the tenant has no holder at all. */
export async function isEmptyRegister(read: TenantRead, tenantId: TenantId): Promise<boolean> {
  const { rows } = await sql`select from shareholders where tenant_id = ${tenantId} limit 1`.execute(read);
  return rows.length === 0;
}

/** Asks nobody where the file moves little, or finds no shares. The lock of loads is held: no other file decides on the same grounds. */
async function uncontrolled(tx: TenantTx, { tenantId, party }: RegisterLoad): Promise<Permit> {
  if (await isFree(tx, 'FILE')) return Permit.uncontrolled(party);
  const file = { securityClass: DEFAULT_SECURITY_CLASS, means: 'FILE', party } as const;
  const [moved] = await sharesMoved(tx, tenantId, 'plain');
  if (await exceedsLimit(tx, { ...file, shares: moved?.shares ?? '0' })) throw new FileWaits();
  return Permit.uncontrolled(party);
}

/** Looks once more whether somebody has changed a holder since the file was shown: the rows that are written are locked now. */
async function refuseMoved(
  tx: TenantTx,
  { tenantId, source, shownAt }: { tenantId: TenantId; source: string; shownAt: Date },
): Promise<void> {
  const { rows } = await sql`select from position_entries e
    where e.recorded_at > ${shownAt.toISOString()}::timestamptz and e.source <> ${source} and e.shareholder_id in (
      select h.id from shareholders h join staged_rows s using (external_ref) where h.tenant_id = ${tenantId} and s.error_code is null)
    limit 1`.execute(tx);
  if (rows.length > 0) throw new RegisterMoved();
}
