import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { ChangeRequests } from '#generated/database.ts';
import { isUuid } from '#kernel/ids.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import { PRESENT_INSTANT, SEEN_AT, type Seen } from '#platform/db/present-instant.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { ChangeRequest } from './change-request.ts';
import type { ChangeKind } from './controlled-changes.ts';

const COLUMNS = [
  'after',
  'before',
  'decided_at',
  'decided_by',
  'expires_at',
  'id',
  'kind',
  'proposal',
  'reason',
  'request_id',
  'requested_at',
  'requested_by',
  'state',
  'subject_id',
  'subject_type',
  'tenant_id',
] as const satisfies readonly (keyof ChangeRequests)[];

/** A person's position, form, payment, account or entitlement: the change names them, or is of them. */
const SUBJECT_NAME = sql<string | null>`case
  when subject_type in ('shareholders', 'tax-certifications') then holder_name(subject_id::uuid)
  when subject_type = 'transactions' then payee_name(subject_id::uuid)
  when subject_type in ('bank-accounts', 'entitlements') then coalesce(
    holder_name((after ->> 'shareholder_id')::uuid), participant_name(after ->> 'employee_id'))
  end`.as('subject_name');

/** Nothing but this room writes requests, of the kinds in its table; each kind reads what it has proposed. */
type Known = { kind: ChangeKind; proposal: unknown };
export type ChangeRequestRow = Omit<Pick<Selectable<ChangeRequests>, (typeof COLUMNS)[number]>, keyof Known> &
  Known &
  Seen;
/** A request as it is read, with the name of the person whom it is about. */
export type ReadChangeRequestRow = ChangeRequestRow & { readonly subject_name: string | null };
export type ChangeState = ChangeRequestRow['state'];

const WAITS = sql<boolean>`(state = 'PENDING' and (expires_at is null or expires_at > present_instant()))`;

/** A request that nobody has decided in its time is expired, whether or not that was written. */
export function stateOf({ state, expires_at, seen_at }: ChangeRequestRow): ChangeState {
  return state === 'PENDING' && expires_at !== null && expires_at <= seen_at ? 'EXPIRED' : state;
}

/** A request changes once: when it is decided, or nobody may decide any more. */
export function versionOf(state: ChangeState): number {
  return state === 'PENDING' ? 1 : 2;
}

export function toChangeRequest(row: ChangeRequestRow): z.infer<typeof ChangeRequest> {
  const { id, kind, requested_by, decided_by, reason } = row;
  const state = stateOf(row);
  return {
    id,
    kind,
    state,
    requested_by,
    requested_at: row.requested_at.toISOString(),
    decided_by,
    decided_at: row.decided_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    subject: { type: row.subject_type, id: row.subject_id },
    before: row.before as Record<string, unknown> | null,
    after: row.after as Record<string, unknown>,
    reason,
    version: versionOf(state),
  };
}

export interface NewChangeRequest {
  readonly kind: ChangeKind;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly proposal: unknown;
  readonly requested_by: string;
  readonly request_id: string;
  readonly expires_at: RawBuilder<Date> | null;
}

/** @throws DomainError `change-pending`, by the unique index over what waits */
export function insertChangeRequest(tx: TenantTx, request: NewChangeRequest): Promise<ChangeRequestRow> {
  const { before, after, proposal, ...rest } = request;
  return tx
    .insertInto('change_requests')
    .values({
      ...rest,
      before: before === null ? null : JSON.stringify(before),
      after: JSON.stringify(after),
      proposal: JSON.stringify(proposal),
    })
    .returning([...COLUMNS, SEEN_AT])
    .$narrowType<Known>()
    .executeTakeFirstOrThrow();
}

/** Ends what has waited too long for a second person, so that it can be proposed anew. */
export async function setExpired(
  tx: TenantTx,
  { kind, subject_type, subject_id }: Pick<NewChangeRequest, 'kind' | 'subject_type' | 'subject_id'>,
): Promise<void> {
  await tx
    .updateTable('change_requests')
    .set({ state: 'EXPIRED', proposal: '{}' })
    .where('kind', '=', kind)
    .where('subject_type', '=', subject_type)
    .where('subject_id', '=', subject_id)
    .where('state', '=', 'PENDING')
    .where('expires_at', '<=', PRESENT_INSTANT)
    .execute();
}

export function findChangeRequest(read: TenantRead, id: string): Promise<ReadChangeRequestRow | undefined> {
  return read
    .selectFrom('change_requests')
    .select([...COLUMNS, SEEN_AT, SUBJECT_NAME])
    .$narrowType<Known>()
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Locks a request, and tells the state that it has now. */
export async function lockChangeRequest(
  tx: TenantTx,
  id: string,
): Promise<(ChangeRequestRow & { readonly stateNow: ChangeState }) | undefined> {
  const row = await tx
    .selectFrom('change_requests')
    .select([...COLUMNS, SEEN_AT])
    .$narrowType<Known>()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && { ...row, stateNow: stateOf(row) };
}

export function findPendingOf(
  read: TenantRead,
  kind: ChangeKind,
  subjectType: string,
  subjectId: string,
): Promise<{ id: string } | undefined> {
  return read
    .selectFrom('change_requests')
    .select('id')
    .where('kind', '=', kind)
    .where('subject_type', '=', subjectType)
    .where('subject_id', '=', subjectId)
    .where(WAITS)
    .executeTakeFirst();
}

/** Returns who has proposed and who has approved a change of a subject, if somebody has. */
export function findApprovedOf(
  read: TenantRead,
  { type, id }: { readonly type: string; readonly id: string },
): Promise<{ requested_by: string; decided_by: string | null } | undefined> {
  return read
    .selectFrom('change_requests')
    .select(['requested_by', 'decided_by'])
    .where('subject_type', '=', type)
    .where('subject_id', '=', id)
    .where('state', '=', 'APPROVED')
    .orderBy('id', 'desc')
    .executeTakeFirst();
}

/** Rows that a transaction makes from here on are made for the proposer of the request, and not for whoever approves it. */
const forProposer = sql`set_config('app.actor', requested_by::text, true)`.as('made_for');

/**
 * Ends a request. What would carry it out is emptied with it, since it may hold secrets.
 * @throws DomainError `four-eyes`, `change-decided`, by the guard of the table
 */
export function setDecided(
  tx: TenantTx,
  id: string,
  decision: {
    readonly state: 'APPROVED' | 'DENIED' | 'WITHDRAWN';
    readonly decided_by: string;
    readonly decided_by_operator: boolean;
    readonly reason: string | null;
  },
): Promise<ChangeRequestRow> {
  return tx
    .updateTable('change_requests')
    .set({ ...decision, decided_at: sql<Date>`now()`, proposal: '{}' })
    .where('id', '=', id)
    .returning([...COLUMNS, SEEN_AT, forProposer])
    .$narrowType<Known>()
    .executeTakeFirstOrThrow();
}

export interface ChangeFilter {
  readonly state?: ChangeState | undefined;
  readonly kind?: ChangeKind | undefined;
  readonly requested_by?: string | undefined;
  /** Only what has waited for at least so many hours, and waits still. */
  readonly waiting_hours?: number | undefined;
  /** Only what a user may decide on, or only what they may not. */
  readonly decidable?: boolean | undefined;
}

/** A user of the tenant who looks at requests, and the kinds on which their role decides. */
export interface Reader {
  readonly actorId: string;
  readonly kinds: readonly ChangeKind[];
  /** An operator who acts for a suspended tenant, and confirms what another operator has proposed. @default false */
  readonly forSuspended?: boolean;
}

/** Whether the `maker` of a change is somebody else than its checker: for an operator, another operator. */
function isSecond(forSuspended: boolean, checker: string) {
  return forSuspended
    ? sql<boolean>`is_second_operator(maker, ${checker})`
    : sql<boolean>`is_second_person(maker, ${checker})`;
}

/** The rule by which the guard of the table lets an approval pass, asked once for each maker. */
function isDecidableBy({ actorId, kinds, forSuspended = false }: Reader) {
  return sql<boolean>`(${WAITS} and kind = any (${kinds}::text[]) and requested_by in (
    select maker from (select distinct requested_by as maker from change_requests where state = 'PENDING') as makers
    where ${isSecond(forSuspended, actorId)}))`;
}

/** Newest first. */
export function listChangeRequests(
  read: TenantRead,
  {
    limit,
    state,
    kind,
    requested_by,
    waiting_hours,
    decidable,
    reader,
  }: PageRequest &
    ChangeFilter & {
      readonly reader?: Reader;
    },
  { position, after, by }: Sorted,
): Promise<(ReadChangeRequestRow & { readonly position: string | null })[]> {
  let query = read
    .selectFrom('change_requests')
    .select([...COLUMNS, SEEN_AT, SUBJECT_NAME, position.as('position')])
    .$narrowType<Known>()
    .where(after)
    .orderBy(by)
    .limit(limit + 1);
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (requested_by !== undefined) query = query.where('requested_by', '=', requested_by);
  if (state === 'EXPIRED')
    query = query.where(
      sql<boolean>`(state = 'EXPIRED' or state = 'PENDING' and expires_at <= present_instant())`,
    );
  else if (state === 'PENDING') query = query.where(WAITS);
  else if (state !== undefined) query = query.where('state', '=', state);
  if (waiting_hours !== undefined)
    query = query
      .where(WAITS)
      .where('requested_at', '<=', sql<Date>`now() - make_interval(hours => ${waiting_hours})`);
  if (decidable !== undefined && reader !== undefined)
    query = query.where(decidable ? isDecidableBy(reader) : sql<boolean>`not ${isDecidableBy(reader)}`);
  return query.execute();
}

/** Returns those of some proposers for whom a user is a second person, or an operator a second operator. */
export async function listIndependentOf(
  read: TenantRead,
  makers: readonly string[],
  checker: string,
  forSuspended = false,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ maker: string }>`
    select maker from unnest(${makers}::uuid[]) as maker where ${isSecond(forSuspended, checker)}`.execute(
    read,
  );
  return new Set(rows.map(({ maker }) => maker));
}

/** A change by its id, its proposer, and whoever can't confirm it whoever has proposed it: of a second factor that was lost, its user. */
interface Proposed {
  readonly id: string;
  readonly maker: string;
  readonly leftOut: string | null;
}

/** Returns those of some changes for which the tenant has no second person, so that an operator decides. */
export async function listWithoutSecondPerson(
  read: TenantRead,
  changes: readonly Proposed[],
): Promise<ReadonlySet<string>> {
  const ids = changes.map(({ id }) => id);
  const makers = changes.map(({ maker }) => maker);
  const leftOut = changes.map((change) => change.leftOut);
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${ids}::uuid[], ${makers}::uuid[], ${leftOut}::uuid[]) as change (id, maker, left_out)
    where not has_second_person(maker, left_out)`.execute(read);
  return new Set(rows.map(({ id }) => id));
}

export interface WaitingOfKind {
  readonly kind: ChangeKind;
  readonly waiting: number;
  readonly decidable: number;
  readonly oldest_requested_at: Date;
}

export async function countWaiting(read: TenantRead, reader: Reader): Promise<WaitingOfKind[]> {
  const { rows } = await sql<WaitingOfKind>`
    select kind, count(*)::integer as waiting, (count(*) filter (where ${isDecidableBy(reader)}))::integer as decidable,
      min(requested_at) as oldest_requested_at
    from change_requests where ${WAITS} group by kind order by kind`.execute(read);
  return rows;
}

/** A payee, and a user who has proposed an account of theirs. */
interface AccountProposer {
  readonly payee: string;
  readonly proposer: string;
}

/** Returns who has proposed the accounts of payees that are approved or wait: each by itself, or in a file that was approved. */
export async function listAccountProposers(
  read: TenantRead,
  payees: readonly string[],
): Promise<AccountProposer[]> {
  const { rows } = await sql<AccountProposer>`
    select payee, proposer from (
      select coalesce(after ->> 'shareholder_id', after ->> 'employee_id') as payee, requested_by as proposer
      from change_requests where kind = 'bank-account' and state in ('PENDING', 'APPROVED')) proposed
    where payee = any (${payees}::text[])
    union
    select shareholder_id::text, entered_by from filed_accounts where shareholder_id = any (${payees.filter(isUuid)}::uuid[])
    union
    select employee_id, entered_by from filed_accounts where employee_id = any (${payees}::text[])`.execute(
    read,
  );
  return rows;
}
