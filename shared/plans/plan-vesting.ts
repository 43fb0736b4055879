import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { sumContributions } from '#plans/contributions/contribution-sums.repository.ts';
import type { ForfeitureRow } from '#plans/forfeitures/forfeiture.repository.ts';
import type { getPlanVesting } from '#plans/plan-vesting.routes.ts';
import type { Contributed } from '#plans/vesting-runs/period-vesting.ts';
import { grantEvents, moneyEvents } from '#plans/vesting-runs/plan-events.ts';
import { type Shares, type VestingInputs, vestedState } from '#plans/vesting-runs/vested-state.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type GrantedPlan, type PlanRow, toVestingInputs } from './plan.repository.ts';

type PlanVesting = z.input<(typeof getPlanVesting)['response']>;

/**
 * Everything that vests in a plan and why, and where that stands at the end of a day.
 * @param paidIn the sums of its contributions by then, if they have been read
 */
export async function planVesting(
  read: TenantRead,
  plan: GrantedPlan,
  asOf: string,
  paidIn?: Contributed,
): Promise<PlanVesting> {
  const inputs = toVestingInputs(plan);
  if (inputs.grants.length > 0) return grantVesting(plan.id, inputs, asOf);
  const sums = paidIn ?? (await sumContributions(read, plan.id, asOf));
  return moneyVesting(plan, inputs, asOf, sums, await forfeituresOf(read, plan));
}

/** Few plans have ended, and only those have any. */
async function forfeituresOf(read: TenantRead, plan: PlanRow): Promise<readonly ForfeitureRow[]> {
  if (plan.terminated_on === null) return [];
  const { listForfeituresOfPlan } = await import('#plans/forfeitures/forfeiture.repository.ts');
  return listForfeituresOfPlan(read, plan.id);
}

function grantVesting(planId: string, inputs: VestingInputs, asOf: string): PlanVesting {
  const state = vestedState(inputs, asOf);
  const grants = inputs.grants.map(({ id, grant: { quantity } }, index) => ({
    id,
    ...sharesOf(quantity, state.grants[index] ?? state),
  }));
  const granted = inputs.grants.reduce((sum, { grant }) => sum + unitsOf(grant.quantity), 0n);
  return {
    plan_id: planId,
    as_of: asOf,
    unit: 'shares',
    ...sharesOf(quantityOf(granted), state),
    grants,
    events: grantEvents(inputs),
  };
}

function sharesOf(granted: string, { quantity: vested, awaiting, forfeited }: Shares) {
  const unvested = [vested, awaiting, forfeited].reduce(
    (left, part) => left - unitsOf(part),
    unitsOf(granted),
  );
  return { vested, awaiting_event: awaiting, unvested: quantityOf(unvested), forfeited };
}

function moneyVesting(
  { id, currency, forfeited: everForfeited }: PlanRow,
  inputs: VestingInputs,
  asOf: string,
  sums: Contributed,
  moved: readonly ForfeitureRow[],
): PlanVesting {
  const events = moneyEvents(inputs, sums.employer);
  const vested = events.findLast(({ date }) => date <= asOf)?.cumulative ?? 0n;
  const { terminatedOn } = inputs;
  const hasEnded = terminatedOn !== undefined && terminatedOn <= asOf;
  const forfeitedAfter = moved.filter(({ effective_date }) => effective_date > asOf);
  const forfeited = hasEnded ? forfeitedAfter.reduce((sum, { amount }) => sum - amount, everForfeited) : 0n;
  const money = (minor: bigint) => fromMinor(minor, currency);
  return {
    plan_id: id,
    as_of: asOf,
    unit: currency,
    vested: money(sums.employee + vested),
    awaiting_event: money(0n),
    unvested: money(sums.employer - vested - forfeited),
    forfeited: money(forfeited),
    grants: [],
    events: [
      ...events.map(({ date, kind, amount, cumulative, why }) => ({
        date,
        kind,
        quantity: money(amount),
        cumulative: money(cumulative),
        why,
      })),
      ...moved.map(({ effective_date: date, amount }) => ({
        date,
        kind: amount > 0n ? ('FORFEITED' as const) : ('RESTORED' as const),
        quantity: money(amount > 0n ? amount : -amount),
        cumulative: money(vested),
        why: amount > 0n ? 'forfeited to the forfeiture account' : 'restored from the forfeiture account',
      })),
    ],
  };
}
