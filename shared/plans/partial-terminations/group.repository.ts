import { sql } from 'kysely';
import type { PlanRow, VestingRow } from '#plans/plan.repository.ts';
import type { VestedState, VestingInputs } from '#plans/vesting-runs/vested-state.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

/** The plans of a group: those that ended in a span of days, or those that are named. */
export interface Group {
  readonly planType: PlanRow['plan_type'];
  readonly documentId: string | undefined;
  readonly left: { readonly from: string; readonly to: string } | undefined;
  readonly named: readonly string[] | undefined;
}

export type GroupedPlan = VestingRow &
  Pick<PlanRow, 'id' | 'currency' | 'enrolled_on' | 'employer_contributed' | 'vested_as_of'>;

/** Lists the plans of a group by id. */
export function listGroup(
  read: TenantRead,
  { planType, documentId, left, named }: Group,
  limit: number,
): Promise<GroupedPlan[]> {
  let plans = read
    .selectFrom('plans')
    .select([
      ...([
        'id',
        'currency',
        'enrolled_on',
        'employer_contributed',
        'vested_as_of',
        'vesting_start',
      ] as const),
      ...(['vesting_schedule', 'accelerations', 'terminated_on', 'breaks'] as const),
      sql<VestingRow['grants']>`plan_grants(plans.id, plans.tenant_id, plans.granted_quantity)`.as('grants'),
    ])
    .where('plan_type', '=', planType)
    .orderBy('id')
    .limit(limit);
  if (documentId !== undefined) plans = plans.where('plan_document_id', '=', documentId);
  if (left !== undefined)
    plans = plans.where(sql<boolean>`terminated_on between ${left.from}::date and ${left.to}::date`);
  if (named !== undefined) plans = plans.where(sql<boolean>`id = any (${[...named]}::uuid[])`);
  return plans.execute();
}

/** Locks plans whose inputs of vesting are about to change, in the order of everybody who locks several. */
export async function lockGroup(tx: TenantTx, ids: readonly string[]): Promise<void> {
  await sql`select from plans where id = any (${[...ids]}::uuid[]) order by id for no key update`.execute(tx);
}

export interface VestedPlan {
  readonly id: string;
  readonly inputs: VestingInputs;
  readonly state: VestedState;
}

/** Stores the accelerations of locked plans and of their grants, and what has vested by them. */
export async function setGroup(tx: TenantTx, plans: readonly VestedPlan[]): Promise<void> {
  const column = <T>(of: (plan: VestedPlan) => T) => plans.map(of);
  const grants = plans.flatMap(({ id, inputs, state }) =>
    state.grants.map((shares) => ({
      ...{ ...shares, plan: id },
      accelerations: inputs.grants.find((one) => one.id === shares.id)?.accelerations ?? [],
    })),
  );
  const ofGrants = <T>(of: (one: (typeof grants)[number]) => T) => grants.map(of);
  await sql`
    update plans p set accelerations = v.accelerations::json, vested_as_of = v.as_of, vested_quantity = v.quantity, awaiting_quantity = v.awaiting,
      forfeited_quantity = v.forfeited, vested_numerator = v.numerator, vested_denominator = v.denominator,
      vesting_inputs = p.vesting_inputs + 1, version = p.version + 1, updated_at = now()
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ inputs }) => JSON.stringify(inputs.accelerations))}::text[],
      ${column(({ state }) => state.asOf)}::date[], ${column(({ state }) => state.quantity)}::numeric[],
      ${column(({ state }) => state.awaiting)}::numeric[], ${column(({ state }) => state.forfeited)}::numeric[],
      ${column(({ state }) => state.fraction.numerator)}::bigint[], ${column(({ state }) => state.fraction.denominator)}::bigint[])
      as v (id, accelerations, as_of, quantity, awaiting, forfeited, numerator, denominator)
    where p.id = v.id`.execute(tx);
  await sql`
    update grants g set accelerations = v.accelerations::json, vested_quantity = v.vested, awaiting_quantity = v.awaiting,
      forfeited_quantity = v.forfeited
    from unnest(${ofGrants(({ plan }) => plan)}::uuid[], ${ofGrants(({ id }) => id)}::uuid[],
      ${ofGrants(({ accelerations }) => JSON.stringify(accelerations))}::text[], ${ofGrants(({ quantity }) => quantity)}::numeric[],
      ${ofGrants(({ awaiting }) => awaiting)}::numeric[], ${ofGrants(({ forfeited }) => forfeited)}::numeric[])
      as v (plan_id, id, accelerations, vested, awaiting, forfeited)
    where g.plan_id = v.plan_id and g.id = v.id`.execute(tx);
}

/** Gives back what was forfeited of plans that are fully vested now. */
export async function restoreForfeited(tx: TenantTx, ids: readonly string[], day: string): Promise<void> {
  await sql`
    select settle_forfeiture(p.id, ${day}::date) from plans p
    where p.id = any (${[...ids]}::uuid[]) and p.forfeited > 0 order by p.id`.execute(tx);
}
