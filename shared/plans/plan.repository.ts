import { type Selectable, sql } from 'kysely';
import type { Plans } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import type { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import type { PlanGrant, VestingInputs } from '#plans/vesting-runs/vested-state.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';

export const PLAN_COLUMNS = [
  'accelerations',
  'awaiting_quantity',
  'balance',
  'breaks',
  'created_at',
  'created_by',
  'currency',
  'distributed',
  'distributing',
  'employee_contributed',
  'employee_id',
  'employer_contributed',
  'enrolled_on',
  'forfeited',
  'forfeited_quantity',
  'granted_quantity',
  'id',
  'plan_document_id',
  'plan_document_version',
  'plan_type',
  'shareholder_id',
  'status',
  'tenant_id',
  'terminated_on',
  'updated_at',
  'version',
  'vested_as_of',
  'vested_denominator',
  'vested_money',
  'vested_numerator',
  'vested_quantity',
  'vesting_inputs',
  'vesting_schedule',
  'vesting_start',
] as const satisfies readonly (keyof Plans)[];

export type PlanRow = Pick<Selectable<Plans>, (typeof PLAN_COLUMNS)[number]>;

/** A grant, as `plan_grants` writes it. */
export interface GrantTerms {
  readonly id: string;
  readonly quantity: string;
  readonly grant_date: string;
  readonly vesting_start: string;
  readonly vesting_schedule: VestingSchedule | null;
  readonly allocation_type: NonNullable<PlanGrant['grant']['allocationType']> | null;
  readonly accelerations: PlanGrant['accelerations'];
  readonly event_on: string | null;
  readonly cancelled_on: string | null;
}

/** A plan with its grants: null for a plan of money. */
export type GrantedPlan = PlanRow & { readonly grants: readonly GrantTerms[] | null };

/** A plan as it stands today: its status, and the money of `plan_money`. */
export type ShownPlan = GrantedPlan & { readonly money: readonly string[] };

export const GRANTS = sql<
  GrantedPlan['grants']
>`plan_grants(plans.id, plans.tenant_id, plans.granted_quantity)`.as('grants');

/** A plan under notice is stored as ACTIVE until something settles its end, which is over with its day all the same. */
export const standing = sql<
  PlanRow['status']
>`case when plans.terminated_on <= today() then 'TERMINATED' else plans.status end`;
export const SHOWN = [
  ...PLAN_COLUMNS,
  GRANTS,
  standing.as('status'),
  sql<
    readonly string[]
  >`plan_money(plans.id, plans.employee_contributed, plans.employer_contributed, plans.forfeited, plans.distributed,
    plans.vested_numerator, plans.vested_denominator)::text[]`.as('money'),
] as const;

/** Transactions that move one plan take this lock first (`lockFirst`), so that they follow one another. */
export function planLock(planId: string): string {
  return `plan:${planId}`;
}

export function breaksOf(row: Pick<PlanRow, 'breaks'>): VestingInputs['breaks'] {
  return row.breaks as unknown as VestingInputs['breaks'];
}

export function scheduleOf(row: Pick<PlanRow, 'vesting_schedule'>): VestingSchedule | undefined {
  return (row.vesting_schedule as VestingSchedule | null) ?? undefined;
}

export type VestingRow = Pick<
  GrantedPlan,
  'grants' | 'vesting_start' | 'vesting_schedule' | 'accelerations' | 'terminated_on' | 'breaks'
>;

/** Returns the inputs of vesting from the plan's row. */
export function toVestingInputs(row: VestingRow): VestingInputs {
  return {
    grants: (row.grants ?? []).map(toPlanGrant),
    vestingStart: row.vesting_start,
    schedule: scheduleOf(row),
    accelerations: row.accelerations as unknown as VestingInputs['accelerations'],
    terminatedOn: row.terminated_on ?? undefined,
    breaks: breaksOf(row),
  };
}

function toPlanGrant(terms: GrantTerms): PlanGrant {
  return {
    id: terms.id,
    grant: {
      quantity: canonicalDecimal(terms.quantity),
      vestingStart: terms.vesting_start,
      grantDate: terms.grant_date,
      allocationType: terms.allocation_type ?? undefined,
    },
    schedule: terms.vesting_schedule ?? undefined,
    accelerations: terms.accelerations,
    eventOn: terms.event_on ?? undefined,
    cancelledOn: terms.cancelled_on ?? undefined,
  };
}

export function findPlan(read: TenantRead, id: string): Promise<PlanRow | undefined> {
  return read.selectFrom('plans').select(PLAN_COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** Returns a plan with the terms of its grants. */
export function findGrantedPlan(read: TenantRead, id: string): Promise<GrantedPlan | undefined> {
  return read
    .selectFrom('plans')
    .select([...PLAN_COLUMNS, GRANTS])
    .where('id', '=', id)
    .executeTakeFirst();
}

/** Returns a plan with what an answer shows of it, see `toPlan`. */
export function findShownPlan(read: TenantRead, id: string): Promise<ShownPlan | undefined> {
  return read.selectFrom('plans').select(SHOWN).where('id', '=', id).executeTakeFirst();
}
