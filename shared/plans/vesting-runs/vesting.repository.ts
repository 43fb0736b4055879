import { type RawBuilder, sql } from 'kysely';
import type { PlanRow, VestingRow } from '#plans/plan.repository.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { VestedState } from './vested-state.ts';
import type { VestingChunk } from './vesting-chunk.ts';

/** The condition for plans that have not been computed in the month of a day. */
const isDue = (asOf: RawBuilder<unknown>): RawBuilder<boolean> =>
  sql<boolean>`p.status = 'ACTIVE' and p.vested_as_of < date_trunc('month', ${asOf})`;

/** Every tenant's plans that have not been computed in the month which it is there at an instant, in ranges of `size`. */
export async function listVestingChunks(tx: SystemTx, at: Date, size: number): Promise<VestingChunk[]> {
  const day = sql`(${at}::timestamptz at time zone t.time_zone)::date`;
  const { rows } = await sql<VestingChunk>`
    with due as (
      select p.tenant_id, p.id, ${day}::text as as_of, row_number() over (partition by p.tenant_id order by p.id) as n
      from plans p join tenant_directory t on t.id = p.tenant_id where ${isDue(day)}
    )
    select tenant_id, as_of, id as "from",
      lead(id) over (partition by tenant_id order by id) as before
    from due where (n - 1) % ${size}::integer = 0 order by tenant_id, id`.execute(tx);
  return rows;
}

export type DuePlan = VestingRow & Pick<PlanRow, 'id' | 'vesting_inputs'>;

/** The plans of a range that have not been computed in the month of its day. */
export function listDuePlans(read: TenantRead, chunk: VestingChunk, limit: number): Promise<DuePlan[]> {
  const due = read
    .selectFrom('plans as p')
    .select([
      'id',
      'vesting_inputs',
      'grant_quantity',
      'grant_date',
      'vesting_start',
      'vesting_schedule',
      'allocation_type',
      'accelerations',
      'terminated_on',
    ])
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
 * them as of the same or a later day, or if they were terminated or accelerated after they were read.
 */
export async function setVested(
  tx: TenantTx,
  asOf: string,
  computed: readonly ComputedPlan[],
): Promise<number> {
  const column = <T>(of: (plan: ComputedPlan) => T) => computed.map(of);
  const { numAffectedRows = 0n } = await sql`
    update plans p set vested_as_of = ${asOf}::date, vested_quantity = v.quantity, vested_numerator = v.numerator,
      vested_denominator = v.denominator, version = p.version + 1, updated_at = now()
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ inputs }) => inputs)}::integer[],
      ${column(({ state }) => state.quantity)}::numeric[], ${column(({ state }) => state.fraction.numerator)}::bigint[],
      ${column(({ state }) => state.fraction.denominator)}::bigint[]) as v (id, inputs, quantity, numerator, denominator)
    where p.id = v.id and p.vesting_inputs = v.inputs and p.vested_as_of < ${asOf}::date and p.status = 'ACTIVE'`.execute(
    tx,
  );
  return Number(numAffectedRows);
}
