import type { z } from 'zod';
import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import { isVestedAtOnce } from '#plans/contributions/contribution-sources.ts';
import { type GrantedPlan, toVestingInputs } from '#plans/plan.repository.ts';
import { toAccelerations } from '#plans/plan-accelerations.ts';
import { planVesting } from '#plans/plan-vesting.ts';
import { changesOf, type VestingInputs } from '#plans/vesting-runs/vested-state.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { type PlanActivity, readActivity } from './explain.repository.ts';
import type { explainPlan } from './explain.routes.ts';

type Explanation = z.input<(typeof explainPlan)['response']>;

const PAID_OUT: readonly string[] = ['DISTRIBUTION', 'FAILED', 'CANCELLED', 'RETURNED'];

/** Explains the numbers of a plan as of the end of a day, by the rules and entries that they are computed from. */
export async function explain(read: TenantRead, plan: GrantedPlan, asOf: string): Promise<Explanation> {
  const { id, currency } = plan;
  const activity = await readActivity(read, id, asOf);
  const { vested, money } = await explainVested(read, plan, activity, asOf);
  const distributed = total(activity.sums.filter(({ kind }) => PAID_OUT.includes(kind)));
  return {
    ...{ plan_id: id, as_of: asOf, currency },
    balance: explainBalance(activity, currency),
    vested,
    available: fromMinor(money + distributed, currency),
    limits: await limitsOfYear(read, plan, Number(asOf.slice(0, 4))),
  };
}

/** A plan that holds shares alone has no limits. */
async function limitsOfYear(
  read: TenantRead,
  plan: GrantedPlan,
  year: number,
): Promise<Explanation['limits']> {
  if (plan.plan_type === 'RSU')
    return {
      ...{ year, known: false, age_reached: null, wages_of_year_before: null },
      ...{ entries: [], rules: [], left: [] },
    };
  const { explainLimits } = await import('./explain-limits.ts');
  return explainLimits(read, plan, year);
}

function total(of: readonly { readonly amount: bigint }[]): bigint {
  return of.reduce((sum, { amount }) => sum + amount, 0n);
}

function explainBalance({ entries, sums }: PlanActivity, currency: string): Explanation['balance'] {
  const count = sums.reduce((all, one) => all + one.entries, 0);
  return {
    amount: fromMinor(total(sums), currency),
    earlier: { entries: count - entries.length, amount: fromMinor(total(sums) - total(entries), currency) },
    entries: entries.map(({ day, kind, source, amount, id }) => ({
      ...{ date: day, kind, source, id },
      amount: fromMinor(amount, currency),
    })),
  };
}

interface ExplainedVesting {
  readonly vested: Explanation['vested'];
  /** The vested money, in minor units; what money a plan with grants holds is the employee's. */
  readonly money: bigint;
}

async function explainVested(
  read: TenantRead,
  plan: GrantedPlan,
  { sums }: PlanActivity,
  asOf: string,
): Promise<ExplainedVesting> {
  const inputs = toVestingInputs(plan);
  const isMoney = inputs.grants.length === 0;
  const paidIn = CONTRIBUTION_SOURCES.map((source) => ({
    source,
    amount: total(sums.filter((one) => one.source === source)),
  })).filter(({ amount }) => amount !== 0n);
  const [owned, employer] = [true, false].map((atOnce) =>
    paidIn.filter(({ source }) => isVestedAtOnce(source) === atOnce),
  ) as [typeof paidIn, typeof paidIn];
  const { unit, vested, events } = await planVesting(read, plan, asOf, {
    employee: total(owned),
    employer: total(employer),
  });
  const ofSchedule = events
    .filter(({ date, kind }) => date <= asOf && (kind === 'VESTED' || kind === 'ACCELERATED'))
    .map(({ date, quantity, why, grant_id = inputs.grants[0]?.id }) => ({
      ...{ date, amount: quantity, why, grant_id: grant_id ?? null },
      source: isMoney ? ('EMPLOYER' as const) : null,
    }));
  const atOnce = owned.map(({ source, amount }) => ({
    ...{ date: null, source, grant_id: null, amount: fromMinor(amount, plan.currency) },
    why: 'the employee’s from the day on which it is paid',
  }));
  return {
    vested: {
      ...{ unit, amount: vested },
      entries: [...(isMoney ? atOnce : []), ...ofSchedule],
      rules: rulesOf(inputs),
    },
    money: isMoney ? toMinor(vested, plan.currency) : total(paidIn),
  };
}

function rulesOf(inputs: VestingInputs): Explanation['vested']['rules'] {
  const { grants, vestingStart, schedule, accelerations, terminatedOn } = inputs;
  if (grants.length === 0)
    return [
      {
        ...{ grant_id: null, vesting_start: vestingStart, vesting_schedule: schedule ?? null },
        ...{ allocation_type: null, accelerations: toAccelerations(accelerations), event_on: null },
        ends_on: terminatedOn ?? null,
      },
    ];
  return grants.map((one) => ({
    ...{ grant_id: one.id, vesting_start: one.grant.vestingStart, vesting_schedule: one.schedule ?? null },
    ...{
      allocation_type: one.grant.allocationType ?? null,
      accelerations: toAccelerations(one.accelerations),
    },
    ...{ event_on: one.eventOn ?? null, ends_on: changesOf(one, terminatedOn).terminatedOn ?? null },
  }));
}
