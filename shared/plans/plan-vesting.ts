import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { quantityOf, unitsOf } from '#kernel/quantity.ts';
import { sumContributions } from '#plans/contributions/contribution.repository.ts';
import type { Grant } from '#plans/vesting/vesting.ts';
import {
  grantEvents,
  moneyEvents,
  type VestingInputs,
  vestedState,
} from '#plans/vesting-runs/vested-state.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type PlanRow, toVestingInputs } from './plan.repository.ts';
import type { getPlanVesting } from './plans.routes.ts';

type PlanVesting = z.input<(typeof getPlanVesting)['response']>;

/** Everything that vests in a plan and why, and where that stands at the end of a day. */
export async function planVesting(read: TenantRead, plan: PlanRow, asOf: string): Promise<PlanVesting> {
  const inputs = toVestingInputs(plan);
  if (inputs.grant !== undefined) return grantVesting(plan.id, inputs.grant, inputs, asOf);
  return moneyVesting(plan, inputs, asOf, await sumContributions(read, plan.id, asOf));
}

function grantVesting(planId: string, grant: Grant, inputs: VestingInputs, asOf: string): PlanVesting {
  const events = grantEvents(grant, inputs);
  const vested = unitsOf(vestedState(inputs, asOf).quantity);
  const forfeited = events
    .filter(({ kind, date }) => kind === 'FORFEITED' && date <= asOf)
    .reduce((sum, { quantity }) => sum + unitsOf(quantity), 0n);
  return {
    plan_id: planId,
    as_of: asOf,
    unit: 'shares',
    vested: quantityOf(vested),
    unvested: quantityOf(unitsOf(grant.quantity) - vested - forfeited),
    forfeited: quantityOf(forfeited),
    events,
  };
}

function moneyVesting(
  { id, currency }: PlanRow,
  inputs: VestingInputs,
  asOf: string,
  sums: { employee: bigint; employer: bigint },
): PlanVesting {
  const events = moneyEvents(inputs, sums.employer);
  const past = events.filter(({ date }) => date <= asOf);
  const vested = past.at(-1)?.cumulative ?? 0n;
  const forfeited = past.findLast(({ kind }) => kind === 'FORFEITED')?.amount ?? 0n;
  const money = (minor: bigint) => fromMinor(minor, currency);
  return {
    plan_id: id,
    as_of: asOf,
    unit: currency,
    vested: money(sums.employee + vested),
    unvested: money(sums.employer - vested - forfeited),
    forfeited: money(forfeited),
    events: events.map(({ date, kind, amount, cumulative, why }) => ({
      date,
      kind,
      quantity: money(amount),
      cumulative: money(cumulative),
      why,
    })),
  };
}
