import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Plans } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { fromMinor } from '#kernel/money.ts';
import type { VestingSchedule } from '#plans/vesting/vesting-schedule.ts';
import type { VestedState, VestingInputs } from '#plans/vesting-runs/vested-state.ts';
import type { SerializableTx, TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Plan } from './plan-shape.ts';

const COLUMNS = [
  'accelerations',
  'allocation_type',
  'awaiting_quantity',
  'balance',
  'breaks',
  'created_at',
  'currency',
  'distributed',
  'distributing',
  'employee_contributed',
  'employee_id',
  'employer_contributed',
  'enrolled_on',
  'event_on',
  'forfeited',
  'forfeited_quantity',
  'grant_date',
  'grant_quantity',
  'id',
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

export type PlanRow = Selectable<Plans>;

/** A plan as it stands today: its status, and the money of `plan_money`. */
export type ShownPlan = PlanRow & { readonly money: readonly string[] };

/** A plan under notice is stored as ACTIVE until something settles its end, which is over with its day all the same. */
export const standing = sql<
  PlanRow['status']
>`case when plans.terminated_on <= today() then 'TERMINATED' else plans.status end`;
export const SHOWN = [
  ...COLUMNS,
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

export function toPlan(row: ShownPlan): z.input<typeof Plan> {
  const { currency, grant_quantity, grant_date } = row;
  const money = (minor: bigint) => fromMinor(minor, currency);
  const isGrant = grant_quantity !== null && grant_date !== null;
  const [balance, pending, available, unvested] = moneyToday(row);
  return {
    id: row.id,
    tenant_id: row.tenant_id,
    employee_id: row.employee_id,
    plan_type: row.plan_type,
    shareholder_id: row.shareholder_id,
    status: row.status,
    currency,
    balance: money(balance),
    pending: money(pending),
    vested_balance: isGrant ? canonicalDecimal(row.vested_quantity) : money(available),
    awaiting_event: isGrant ? canonicalDecimal(row.awaiting_quantity) : money(0n),
    available: money(available),
    forfeitable: money(row.status === 'TERMINATED' ? unvested - row.forfeited : 0n),
    vested_as_of: row.vested_as_of,
    forfeited: isGrant ? canonicalDecimal(row.forfeited_quantity) : money(row.forfeited),
    vesting_schedule: scheduleOf(row) ?? null,
    allocation_type: row.allocation_type,
    grant: isGrant
      ? { quantity: canonicalDecimal(grant_quantity), grant_date, vesting_start: row.vesting_start }
      : null,
    event_on: row.event_on,
    accelerations: toVestingInputs(row).accelerations.map((one) => ({
      id: one.id ?? null,
      date: one.date,
      quantity: 'quantity' in one ? one.quantity : null,
      order: 'order' in one ? one.order : null,
    })),
    enrolled_on: row.enrolled_on,
    terminated_on: row.terminated_on,
    rehired_on: breaksOf(row).at(-1)?.rehired_on ?? null,
    version: row.version,
    created_at: row.created_at.toISOString(),
  };
}

function moneyToday({
  money,
}: ShownPlan): [balance: bigint, pending: bigint, available: bigint, unvested: bigint] {
  const [balance = '0', pending = '0', available = '0', unvested = '0'] = money;
  return [BigInt(balance), BigInt(pending), BigInt(available), BigInt(unvested)];
}

function breaksOf(row: Pick<PlanRow, 'breaks'>): VestingInputs['breaks'] {
  return row.breaks as unknown as VestingInputs['breaks'];
}

function scheduleOf(row: Pick<PlanRow, 'vesting_schedule'>): VestingSchedule | undefined {
  return (row.vesting_schedule as VestingSchedule | null) ?? undefined;
}

export type VestingRow = Pick<
  PlanRow,
  | 'grant_quantity'
  | 'grant_date'
  | 'vesting_start'
  | 'vesting_schedule'
  | 'allocation_type'
  | 'accelerations'
  | 'terminated_on'
  | 'breaks'
  | 'event_on'
>;

/** Returns the inputs of vesting from the plan's row. */
export function toVestingInputs(row: VestingRow): VestingInputs {
  const { grant_quantity, grant_date, vesting_start } = row;
  const grant =
    grant_quantity === null || grant_date === null
      ? undefined
      : {
          quantity: canonicalDecimal(grant_quantity),
          vestingStart: vesting_start,
          grantDate: grant_date,
          allocationType: row.allocation_type ?? undefined,
        };
  return {
    grant,
    vestingStart: vesting_start,
    schedule: scheduleOf(row),
    accelerations: row.accelerations as unknown as VestingInputs['accelerations'],
    terminatedOn: row.terminated_on ?? undefined,
    breaks: breaksOf(row),
    eventOn: row.event_on ?? undefined,
  };
}

export interface NewPlan {
  readonly employee_id: string;
  readonly plan_type: PlanRow['plan_type'];
  readonly shareholder_id: string | undefined;
  readonly currency: string;
  readonly enrolled_on: string;
  readonly vesting: VestingInputs;
}

/** @throws DomainError `plan-exists` when the employee has an active plan of the type (a unique index) */
export function insertPlan(tx: SerializableTx, plan: NewPlan, vested: VestedState): Promise<ShownPlan> {
  const { vesting, ...columns } = plan;
  return tx
    .insertInto('plans')
    .values({ ...columns, ...grantColumns(vesting), ...columnsOf(vested) })
    .returning(SHOWN)
    .executeTakeFirstOrThrow();
}

function grantColumns({ grant, schedule, vestingStart, eventOn }: VestingInputs) {
  return {
    vesting_schedule: schedule === undefined ? null : JSON.stringify(schedule),
    allocation_type: grant?.allocationType ?? null,
    grant_quantity: grant?.quantity ?? null,
    grant_date: grant?.grantDate ?? null,
    vesting_start: vestingStart,
    event_on: eventOn ?? null,
  };
}

function columnsOf({ asOf, quantity, awaiting, fraction }: VestedState) {
  return {
    vested_as_of: asOf,
    vested_quantity: quantity,
    awaiting_quantity: awaiting,
    vested_numerator: fraction.numerator,
    vested_denominator: fraction.denominator,
  };
}

export function findPlan(read: TenantRead, id: string): Promise<PlanRow | undefined> {
  return read.selectFrom('plans').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** Returns a plan with what an answer shows of it, see `toPlan`. */
export function findShownPlan(read: TenantRead, id: string): Promise<ShownPlan | undefined> {
  return read.selectFrom('plans').select(SHOWN).where('id', '=', id).executeTakeFirst();
}

/** The fields of a plan that a change of vesting sets. */
export interface PlanChange {
  /** The grant, with its schedule. */
  readonly granted?: VestingInputs;
  readonly accelerations?: VestingInputs['accelerations'];
  readonly breaks?: VestingInputs['breaks'];
  /** When the plan ends; null for not at all. Without it, its end stays as it is. */
  readonly terminatedOn?: string | null;
  readonly status?: PlanRow['status'];
  readonly forfeitedQuantity?: string;
}

/**
 * Changes a plan that the transaction has locked. Results that the job computed from the earlier plan are refused
 * from now on.
 */
export function setPlan(
  tx: TenantTx,
  id: string,
  change: PlanChange,
  vested: VestedState,
): Promise<ShownPlan> {
  const { granted, accelerations, breaks, terminatedOn, status, forfeitedQuantity } = change;
  return tx
    .updateTable('plans')
    .set((eb) => ({
      ...(granted === undefined ? {} : grantColumns(granted)),
      ...(accelerations === undefined ? {} : { accelerations: JSON.stringify(accelerations) }),
      ...(breaks === undefined ? {} : { breaks: JSON.stringify(breaks) }),
      ...(terminatedOn === undefined ? {} : { terminated_on: terminatedOn }),
      ...(status === undefined ? {} : { status }),
      ...(forfeitedQuantity === undefined ? {} : { forfeited_quantity: forfeitedQuantity }),
      ...columnsOf(vested),
      vesting_inputs: eb('vesting_inputs', '+', 1),
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id)
    .returning(SHOWN)
    .executeTakeFirstOrThrow();
}

/** Returns the employee's plan of a type whose notice is over, if nothing has settled its end yet. */
export function findEndedPlan(
  tx: TenantTx,
  employeeId: string,
  planType: PlanRow['plan_type'],
  today: string,
): Promise<PlanRow | undefined> {
  return tx
    .selectFrom('plans')
    .select(COLUMNS)
    .where('employee_id', '=', employeeId)
    .where('plan_type', '=', planType)
    .where('status', '=', 'ACTIVE')
    .where(sql<boolean>`terminated_on <= ${today}::date`)
    .executeTakeFirst();
}

/** Whether an issuer that has linked this sponsor holds such an active shareholder: yes or no. */
export async function linkedShareholderExists(tx: TenantTx, shareholderId: string): Promise<boolean> {
  const { rows } = await sql<{
    found: boolean;
  }>`select linked_shareholder_exists(${shareholderId}) as found`.execute(tx);
  return rows[0]?.found === true;
}
