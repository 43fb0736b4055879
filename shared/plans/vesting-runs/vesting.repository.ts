import { type RawBuilder, sql } from 'kysely';
import type { PlanRow, VestingRow } from '#plans/plan.repository.ts';
import { FINAL_PAY_DAYS } from '#plans/plan-standing.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import { dayOfTenant } from '#platform/db/tenant-day.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { VestedState } from './vested-state.ts';
import type { VestingChunk } from './vesting-chunk.ts';

/** The condition for plans with a grant whose event has happened since they were computed, ended plans too. */
const isReleased = (asOf: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`(p.awaiting_quantity > 0 and p.vested_as_of <= ${asOf} and exists (
    select from grants g where g.tenant_id = p.tenant_id and g.plan_id = p.id and g.awaiting_quantity > 0 and g.event_on <= ${asOf}))`;

/** The condition for plans that have not been computed in the month of a day, whose notice is over, or whose event has happened. */
const isDue = (asOf: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`(p.status = 'ACTIVE' and (p.vested_as_of < date_trunc('month', ${asOf}) or p.terminated_on <= ${asOf}) or ${isReleased(asOf)})`;

/** The condition for ended plans that may hold unvested money for no longer: `settle_forfeiture` decides. */
const mayForfeit = (asOf: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`(p.status = 'TERMINATED' and p.employer_contributed > p.forfeited and p.vested_numerator < p.vested_denominator
    and p.forfeited < p.employer_contributed - div(p.employer_contributed::numeric * p.vested_numerator, p.vested_denominator)
    and ((p.terminated_on + interval '5 years')::date <= ${asOf}
      or p.distributing = 0 and p.vested_money = 0 and (p.distributed > 0 or p.terminated_on + ${FINAL_PAY_DAYS}::integer < ${asOf})))`;

/** Every tenant's plans for which there is something to do on the day that it is there at an instant, in ranges of `size`. */
export async function listVestingChunks(tx: SystemTx, at: Date, size: number): Promise<VestingChunk[]> {
  const day = dayOfTenant(at);
  const { rows } = await sql<VestingChunk>`
    with due as (
      select p.tenant_id, p.id, ${day}::text as as_of, row_number() over (partition by p.tenant_id order by p.id) as n
      from plans p join tenant_directory t on t.id = p.tenant_id where ${isDue(day)} or ${mayForfeit(day)}
    )
    select tenant_id, as_of, id as "from",
      lead(id) over (partition by tenant_id order by id) as before
    from due where (n - 1) % ${size}::integer = 0 order by tenant_id, id`.execute(tx);
  return rows;
}

export type DuePlan = VestingRow & Pick<PlanRow, 'id' | 'vesting_inputs'>;

const DUE_COLUMNS = [
  'id',
  'vesting_inputs',
  'vesting_start',
  'vesting_schedule',
  'accelerations',
  'terminated_on',
  'breaks',
  sql<VestingRow['grants']>`plan_grants(p.id, p.tenant_id, p.granted_quantity)`.as('grants'),
] as const;

/** The plans of a range that have not been computed in the month of its day. */
export function listDuePlans(read: TenantRead, chunk: VestingChunk, limit: number): Promise<DuePlan[]> {
  const due = read
    .selectFrom('plans as p')
    .select(DUE_COLUMNS)
    .where(isDue(sql`${chunk.as_of}::date`))
    .where('id', '>=', chunk.from)
    .orderBy('id')
    .limit(limit);
  return (chunk.before === null ? due : due.where('id', '<', chunk.before)).execute();
}

export interface ComputedPlan {
  readonly id: string;
  /** The version of the plan's inputs when the plan was read. */
  readonly inputs: number;
  readonly state: VestedState;
}

/**
 * Stores the results and returns the number of plans that changed. Plans stay unchanged if another delivery computed
 * them as of the same or a later day, or if they were terminated or accelerated after they were read. A plan whose notice is over ends.
 */
export async function setVested(
  tx: TenantTx,
  asOf: string,
  computed: readonly ComputedPlan[],
): Promise<number> {
  const column = <T>(of: (plan: ComputedPlan) => T) => computed.map(of);
  const grants = computed.flatMap(({ id, state }) => state.grants.map((one) => ({ ...one, plan: id })));
  const ofGrants = <T>(of: (one: (typeof grants)[number]) => T) => grants.map(of);
  const { rows } = await sql<{ changed: bigint }>`
    with changed as (
      update plans p set vested_as_of = greatest(p.vested_as_of, ${asOf}::date), vested_quantity = v.quantity, awaiting_quantity = v.awaiting,
        forfeited_quantity = v.forfeited, vested_numerator = v.numerator, vested_denominator = v.denominator,
        status = case when p.terminated_on <= ${asOf}::date then 'TERMINATED' else p.status end,
        version = p.version + 1, updated_at = now()
      from unnest(${column(({ id }) => id)}::uuid[], ${column(({ inputs }) => inputs)}::integer[],
        ${column(({ state }) => state.quantity)}::numeric[], ${column(({ state }) => state.awaiting)}::numeric[],
        ${column(({ state }) => state.forfeited)}::numeric[], ${column(({ state }) => state.fraction.numerator)}::bigint[],
        ${column(({ state }) => state.fraction.denominator)}::bigint[]) as v (id, inputs, quantity, awaiting, forfeited, numerator, denominator)
      where p.id = v.id and p.vesting_inputs = v.inputs
        and (p.status = 'ACTIVE' and (p.vested_as_of < ${asOf}::date or p.terminated_on <= ${asOf}::date) or ${isReleased(sql`${asOf}::date`)})
      returning p.id
    ), vested as (
      update grants g set vested_quantity = v.quantity, awaiting_quantity = v.awaiting, forfeited_quantity = v.forfeited
      from unnest(${ofGrants(({ plan }) => plan)}::uuid[], ${ofGrants(({ id }) => id)}::uuid[], ${ofGrants(({ quantity }) => quantity)}::numeric[],
        ${ofGrants(({ awaiting }) => awaiting)}::numeric[], ${ofGrants(({ forfeited }) => forfeited)}::numeric[])
        as v (plan_id, id, quantity, awaiting, forfeited) join changed on changed.id = v.plan_id
      where g.plan_id = v.plan_id and g.id = v.id
    )
    select count(*) as changed from changed`.execute(tx);
  return Number(rows[0]?.changed ?? 0);
}

/** Forfeits what plans of a range have held for long enough, and returns how many moved money. */
export async function forfeitHeld(tx: TenantTx, chunk: VestingChunk): Promise<number> {
  const before = chunk.before === null ? sql`` : sql` and p.id < ${chunk.before}::uuid`;
  const { rows } = await sql<{ moved: bigint }>`
    select settle_forfeiture(id, ${chunk.as_of}::date) as moved from (
      select p.id from plans p where p.id >= ${chunk.from}::uuid${before} and ${mayForfeit(sql`${chunk.as_of}::date`)} order by p.id) as held`.execute(
    tx,
  );
  return rows.filter(({ moved }) => moved !== 0n).length;
}

/** Lists active RSU plans that were computed for an earlier day and have shares that may vest, with those that have vested. */
export function listUnvested(
  read: TenantRead,
  day: string,
  {
    plans,
    after,
    limit,
  }: {
    readonly plans: readonly string[] | undefined;
    readonly after: string | undefined;
    readonly limit: number;
  },
): Promise<(DuePlan & { readonly vested: string })[]> {
  let unvested = read
    .selectFrom('plans as p')
    .select(DUE_COLUMNS)
    .select(sql<string>`trim_scale(p.vested_quantity)::text`.as('vested'))
    .where('plan_type', '=', 'RSU')
    .where('status', '=', 'ACTIVE')
    .where(sql<boolean>`p.vested_as_of < ${day}::date`)
    .where(sql<boolean>`p.vested_quantity + p.forfeited_quantity < p.granted_quantity`)
    .orderBy('id')
    .limit(limit);
  if (plans !== undefined) unvested = unvested.where('id', 'in', [...plans]);
  if (after !== undefined) unvested = unvested.where('id', '>', after);
  return unvested.execute();
}
