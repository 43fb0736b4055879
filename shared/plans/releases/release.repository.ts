import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { ReleaseLines, Releases } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { MAX_LINES, type Release, type ReleaseLine } from './releases.routes.ts';

const COLUMNS = [
  'as_of',
  'created_at',
  'created_by',
  'decline_reason',
  'grants',
  'holders',
  'id',
  'issuer_slug',
  'security_class',
  'settled_on',
  'sponsor_slug',
  'state',
  'updated_at',
  'version',
  'vested',
  'withheld',
  'withholding_percent',
] as const satisfies readonly (keyof Releases)[];

const LINE_COLUMNS = [
  'grant_id',
  'plan_id',
  'shareholder_id',
  'vested',
  'withheld',
] as const satisfies readonly (keyof ReleaseLines)[];

export type ReleaseRow = Pick<Selectable<Releases>, (typeof COLUMNS)[number]>;
type ReleaseLineRow = Pick<Selectable<ReleaseLines>, (typeof LINE_COLUMNS)[number]> & {
  readonly participant_name: string | null;
  readonly holder_name: string | null;
};

/** Each side has its own people: the other’s are not in its tenant. */
const LINE_NAMES = [
  sql<string | null>`plan_participant_name(plan_id)`.as('participant_name'),
  sql<string | null>`holder_name(shareholder_id)`.as('holder_name'),
] as const;

const sharesOf = ({ vested, withheld }: Pick<ReleaseRow, 'vested' | 'withheld'>) => ({
  vested: canonicalDecimal(vested),
  withheld: canonicalDecimal(withheld),
  net: quantityOf(unitsOf(canonicalDecimal(vested)) - unitsOf(canonicalDecimal(withheld))),
});

export function toRelease(row: ReleaseRow): z.input<typeof Release> {
  return {
    id: row.id,
    sponsor: row.sponsor_slug,
    issuer: row.issuer_slug,
    state: row.state,
    as_of: row.as_of,
    withholding_percent: canonicalDecimal(row.withholding_percent),
    grants: row.grants,
    holders: row.holders,
    ...sharesOf(row),
    security_class: row.security_class,
    settled_on: row.settled_on,
    decline_reason: row.decline_reason,
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
    updated_at: row.updated_at.toISOString(),
  };
}

export function toReleaseLine(row: ReleaseLineRow): z.input<typeof ReleaseLine> {
  const { plan_id, grant_id, participant_name, shareholder_id, holder_name } = row;
  return { plan_id, grant_id, participant_name, shareholder_id, holder_name, ...sharesOf(row) };
}

/** The policies of the table let a sponsor see its own runs, and an issuer what it was offered. */
export function findRelease(read: TenantRead, id: string): Promise<ReleaseRow | undefined> {
  return read.selectFrom('releases').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** Newest first by id, which is by the time of the proposal. */
export function listReleases(
  read: TenantRead,
  { limit, cursor, state }: PageRequest & { readonly state?: ReleaseRow['state'] | undefined },
): Promise<ReleaseRow[]> {
  let runs = read
    .selectFrom('releases')
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (state !== undefined) runs = runs.where('state', '=', state);
  if (cursor !== undefined) runs = runs.where('id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return runs.execute();
}

export function listReleaseLines(
  read: TenantRead,
  releaseId: string,
  { limit, cursor }: PageRequest,
): Promise<ReleaseLineRow[]> {
  const lines = read
    .selectFrom('release_lines')
    .select([...LINE_COLUMNS, ...LINE_NAMES])
    .where('release_id', '=', releaseId)
    .orderBy('plan_id')
    .orderBy('grant_id')
    .limit(limit + 1);
  if (cursor === undefined) return lines.execute();
  const [plan, grant] = decodeCursor(cursor, ['uuid', 'uuid']);
  return lines.where(sql<boolean>`(plan_id, grant_id) > (${plan}::uuid, ${grant}::uuid)`).execute();
}

/** An active issuer of the platform, which no sponsor's context shows. */
export async function findIssuerId(read: TenantRead, slug: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from find_tenant_by_slug(${slug}) where type = 'ISSUER' and status = 'ACTIVE'`.execute(read);
  return rows[0]?.id;
}

/** A grant of which a request says what is to be released. */
export interface NamedGrant {
  readonly plan_id: string;
  readonly grant_id: string;
  readonly quantity?: string | undefined;
  readonly withheld?: string | undefined;
}

/** The grants, issuer and part withheld of a run. */
export interface Draw {
  readonly issuerId: string;
  readonly percent: string;
  /** Undefined: all that can be released. */
  readonly named: readonly NamedGrant[] | undefined;
}

/** The shares of an RSU grant that vested and were not released, in the order of `named` where that says which. */
const RELEASABLE = sql`(g.vested_quantity - g.released_quantity)`;

const namedGrants = (named: readonly NamedGrant[]): RawBuilder<unknown> => {
  const column = <T>(of: (one: NamedGrant) => T) => named.map(of);
  return sql`unnest(${column((one) => one.plan_id)}::uuid[], ${column((one) => one.grant_id)}::uuid[],
    ${column((one) => one.quantity ?? null)}::numeric[], ${column((one) => one.withheld ?? null)}::numeric[])
    with ordinality as n (plan_id, grant_id, quantity, withheld, place)`;
};

/** Lists the holders, of those that plans with shares to release name, that are active ones of the issuer: null if it has not linked the sponsor. */
const linkedHolders = ({
  issuerId,
  named,
}: Draw): RawBuilder<unknown> => sql`linked_holders(${issuerId}::uuid, array(
  select distinct p.shareholder_id from plans p
  where p.plan_type = 'RSU' and p.shareholder_id is not null and p.vested_quantity > 0
    ${named === undefined ? sql`` : sql`and p.id = any (${named.map(({ plan_id }) => plan_id)}::uuid[])`}))`;

/** Begins a statement with the lines of a run as `drawn`. */
const drawn = (draw: Draw): RawBuilder<unknown> => {
  const { named, percent } = draw;
  const vested = named === undefined ? RELEASABLE : sql`coalesce(n.quantity, ${RELEASABLE})`;
  const withheld = sql`ceil(${vested} * ${percent}::numeric / 100)`;
  return sql`with linked as materialized (select unnest(${linkedHolders(draw)}) as id),
    releasable as (
      select g.plan_id, g.id as grant_id, p.shareholder_id, g.released_quantity as released, ${vested} as vested,
        ${named === undefined ? sql`least(${vested}, ${withheld})` : sql`coalesce(n.withheld, least(${vested}, ${withheld}))`} as withheld,
        l.id is not null as is_linked
      from grants g join plans p on p.tenant_id = g.tenant_id and p.id = g.plan_id
        ${named === undefined ? sql`` : sql`join ${namedGrants(named)} on n.plan_id = g.plan_id and n.grant_id = g.id`}
        left join linked l on l.id = p.shareholder_id
      where p.plan_type = 'RSU' and g.vested_quantity > g.released_quantity),
    drawn as materialized (
      select plan_id, grant_id, shareholder_id, released, vested, withheld from releasable where is_linked
      order by plan_id, grant_id limit ${MAX_LINES})`;
};

export interface Drawn {
  readonly grants: number;
  readonly holders: number;
  readonly vested: string;
  readonly withheld: string;
  readonly net: string;
  readonly without_holder: number;
  readonly beyond_limit: number;
}

const TOTALS = sql`count(*)::integer as grants, count(distinct shareholder_id)::integer as holders,
  trim_scale(coalesce(sum(vested), 0))::text as vested, trim_scale(coalesce(sum(withheld), 0))::text as withheld,
  trim_scale(coalesce(sum(vested - withheld), 0))::text as net,
  (select count(*) filter (where not is_linked)::integer from releasable) as without_holder,
  (select count(*) filter (where is_linked) from releasable)::integer - count(*)::integer as beyond_limit`;

/** Returns what a run would come to. */
export async function findDrawn(read: TenantRead, draw: Draw): Promise<Drawn> {
  const { rows } = await sql<Drawn>`${drawn(draw)} select ${TOTALS} from drawn`.execute(read);
  return rows[0] as Drawn;
}

export interface NamedState {
  readonly releasable: string;
  readonly is_rsu: boolean;
  readonly is_linked: boolean;
}

/** Returns, in their order, what stands of the grants that a request names; undefined for one that there isn't. */
export async function listNamed(
  read: TenantRead,
  draw: Draw & { readonly named: readonly NamedGrant[] },
): Promise<(NamedState | undefined)[]> {
  const { rows } = await sql<NamedState & { place: string }>`
    with linked as materialized (select unnest(${linkedHolders(draw)}) as id)
    select n.place::text as place, trim_scale(${RELEASABLE})::text as releasable, p.plan_type = 'RSU' as is_rsu,
      exists (select from linked l where l.id = p.shareholder_id) as is_linked
    from ${namedGrants(draw.named)} join grants g on g.plan_id = n.plan_id and g.id = n.grant_id
      join plans p on p.tenant_id = g.tenant_id and p.id = g.plan_id`.execute(read);
  const places = new Map(rows.map(({ place, ...state }) => [Number(place), state]));
  return draw.named.map((_, index) => places.get(index + 1));
}

/** Whether an issuer has linked the sponsor. */
export async function isLinked(read: TenantRead, issuerId: string): Promise<boolean> {
  const { rows } = await sql<{ linked: boolean }>`
    select linked_holders(${issuerId}::uuid, '{}') is not null as linked`.execute(read);
  return rows[0]?.linked === true;
}

/**
 * Makes a run with its lines, unless there are none, and takes their shares from the grants, in one statement.
 * @returns what it comes to, and how many of its grants nobody else has taken shares of meanwhile
 */
export async function insertRelease(
  tx: TenantTx,
  run: Draw & { readonly id: string; readonly issuer: string; readonly asOf: string },
): Promise<Drawn & { readonly taken: number }> {
  const { rows } = await sql<Drawn & { taken: number }>`${drawn(run)},
    totals as materialized (select ${TOTALS} from drawn),
    run as (
      insert into releases (id, issuer_tenant_id, sponsor_slug, issuer_slug, as_of, withholding_percent, grants, holders, vested, withheld)
      select ${run.id}::uuid, ${run.issuerId}::uuid, (select slug from tenant_directory where id = current_tenant()), ${run.issuer}::text,
        ${run.asOf}::date, ${run.percent}::numeric, grants, holders, vested::numeric, withheld::numeric from totals where grants > 0),
    lines as (
      insert into release_lines (release_id, plan_id, grant_id, shareholder_id, vested, withheld)
      select ${run.id}::uuid, plan_id, grant_id, shareholder_id, vested, withheld from drawn),
    taken as (
      update grants g set released_quantity = g.released_quantity + d.vested from drawn d
      where g.plan_id = d.plan_id and g.id = d.grant_id and g.released_quantity = d.released returning 1)
    select grants, holders, vested, withheld, net, without_holder, beyond_limit, (select count(*)::integer from taken) as taken
    from totals`.execute(tx);
  return rows[0] as Drawn & { taken: number };
}

/** Offers a run to its issuer; undefined where it doesn't wait for that any more. */
export function setOffered(tx: TenantTx, id: string): Promise<ReleaseRow | undefined> {
  return tx
    .updateTable('releases')
    .set((eb) => ({
      state: 'OFFERED' as const,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .where('state', '=', 'PROPOSED')
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Ends a run for its sponsor or its issuer, see end_release.sql; whether it could be. */
export async function setEnded(
  tx: TenantTx,
  id: string,
  state: 'SETTLED' | 'DECLINED' | 'CANCELLED',
  {
    securityClass = null,
    reason = null,
  }: { readonly securityClass?: string | null; readonly reason?: string | null } = {},
): Promise<boolean> {
  const { rows } = await sql<{ ended: boolean }>`
    select end_release(${id}::uuid, ${state}::text, ${securityClass}::text, ${reason}::text) as ended`.execute(
    tx,
  );
  return rows[0]?.ended === true;
}
